package dev.durability.release;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** A POM as it is written: nothing is inherited or replaced. */
record Pom(Path file, Element project) {

  static Pom read(Path file) throws IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    try (InputStream in = Files.newInputStream(file)) {
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return new Pom(file, factory.newDocumentBuilder().parse(in).getDocumentElement());
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(file + " is no POM: " + e.getMessage(), e);
    }
  }

  Path directory() {
    return file.resolveSibling("");
  }

  String artifactId() {
    return text("artifactId").orElseThrow();
  }

  /** The text of the element that a path of names leads to from the project. */
  Optional<String> text(String... path) {
    return elements(path).stream().findFirst().map(e -> e.getTextContent().strip());
  }

  /** The elements that a path of names leads to from the project. */
  List<Element> elements(String... path) {
    List<Element> at = List.of(project);
    for (String name : path) {
      List<Element> next = new ArrayList<>();
      at.forEach(each -> next.addAll(children(each, name)));
      at = next;
    }
    return at;
  }

  /** The artifact ids of dependencies in the group of the project, below a path of names. */
  List<String> ownDependencies(String... path) {
    return elements(path).stream()
        .filter(each -> childText(each, "groupId").equals("dev.durability"))
        .map(each -> childText(each, "artifactId"))
        .toList();
  }

  static String childText(Element element, String name) {
    return children(element, name).stream()
        .findFirst()
        .map(e -> e.getTextContent().strip())
        .orElse("");
  }

  private static List<Element> children(Element element, String name) {
    List<Element> children = new ArrayList<>();
    for (Node n = element.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element child && child.getTagName().equals(name)) {
        children.add(child);
      }
    }
    return children;
  }
}
