package dev.durability.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents refer to is there, and no file speaks of the machine it was written on. */
final class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Pattern TEST_NAME = Pattern.compile("`(\\w+Test)#(\\w+)`");
  private static final Pattern SOURCE_NAME = Pattern.compile("`([\\w./-]+/[\\w-]+\\.(?:java|md))`");

  /** A class, or a member of one: a word in capitals is a kind of frame. */
  private static final Pattern CLASS = Pattern.compile("`([A-Z]+[a-z]\\w*)(?:[.#](\\w+))?`");

  private static final Set<String> OF_THE_JDK =
      Set.of(
          "IOException",
          "IllegalArgumentException",
          "IllegalStateException",
          "NoSuchFileException",
          "ReentrantLock");
  private static final Pattern CLASS_IN_LAST_COLUMN = Pattern.compile("(?m)\\| `([A-Z]\\w+)` \\|$");

  /** Put together from parts, so that this file does not hold them itself. */
  private static final Pattern OF_A_MACHINE =
      Pattern.compile(
          String.join(
              "|",
              "(?<![\\w.~*])/(?:" + "work|root|home|Users)/",
              "/usr/lib/" + "jvm",
              "[A-Za-z]:\\\\\\\\?" + "Users",
              "https?://[^\\s\"'<>)]*(?:repo1?\\.|" + "artifactory|nexus|/maven2)"));

  @Test
  void linksInDocumentsLeadToFilesAndHeadings() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : documents()) {
      Matcher link = LINK.matcher(withoutCode(Files.readString(document)));
      while (link.find()) {
        String target = link.group(1);
        if (!target.matches("[a-z]+:.*") && !leadsSomewhere(document, target)) {
          broken.add(document + " links to " + target);
        }
      }
    }

    assertThat(broken).isEmpty();
  }

  @Test
  void testsThatDocumentsNameExist() throws IOException {
    List<String> missing = new ArrayList<>();
    List<Path> sources = ProjectFiles.endingIn("Test.java");
    int named = 0;
    for (Path document : documents()) {
      Matcher test = TEST_NAME.matcher(Files.readString(document));
      while (test.find()) {
        named++;
        if (!isThere(sources, test.group(1), test.group(2))) {
          missing.add(document.getFileName() + " names " + test.group());
        }
      }
    }

    assertThat(named).isPositive();
    assertThat(missing).isEmpty();
  }

  @Test
  void filesThatDocumentsNameByPathExist() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path document : documents()) {
      Matcher name = SOURCE_NAME.matcher(Files.readString(document));
      while (name.find()) {
        if (!Files.exists(ProjectFiles.root().resolve(name.group(1)))
            && !Files.exists(document.resolveSibling(name.group(1)))) {
          missing.add(document.getFileName() + " names " + name.group(1));
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  @Test
  void classesThatTheMapAndTheGlossaryNameExist() throws IOException {
    List<Path> sources = ProjectFiles.endingIn(".java");
    List<String> missing = new ArrayList<>();
    int named =
        namedClasses("ARCHITECTURE.md", CLASS, sources, missing)
            + namedClasses("docs/glossary.md", CLASS_IN_LAST_COLUMN, sources, missing);

    assertThat(named).isGreaterThan(50);
    assertThat(missing).isEmpty();
  }

  private static int namedClasses(
      String document, Pattern pattern, List<Path> sources, List<String> missing)
      throws IOException {
    int named = 0;
    Matcher name = pattern.matcher(Files.readString(ProjectFiles.root().resolve(document)));
    while (name.find()) {
      named++;
      if (!OF_THE_JDK.contains(name.group(1)) && !isThere(sources, name)) {
        missing.add(document + " names " + name.group());
      }
    }
    return named;
  }

  /** Whether there is a class of the name, and it has the member, if one is named. */
  private static boolean isThere(List<Path> sources, Matcher name) throws IOException {
    String member = name.groupCount() < 2 ? null : name.group(2);
    for (Path source : sources) {
      if (source.endsWith(name.group(1) + ".java")
          && (member == null || Files.readString(source).contains(member))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void eachDecisionHasItsNumber() throws IOException {
    Path decisions = ProjectFiles.root().resolve("docs/decisions");
    Set<Integer> numbers = new HashSet<>();
    for (Path page : documents()) {
      if (page.startsWith(decisions)) {
        int number = Integer.parseInt(page.getFileName().toString().substring(0, 4));
        assertThat(numbers.add(number)).as("%s has a number of its own", page).isTrue();
        assertThat(Files.readString(page)).as(page.toString()).startsWith("# " + number + ". ");
      }
    }

    assertThat(numbers).isNotEmpty();
  }

  @Test
  void noFileHoldsAPathOfAMachineOrTheAddressOfARegistry() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : ProjectFiles.all()) {
      String text;
      try {
        text = Files.readString(file);
      } catch (MalformedInputException binary) {
        continue;
      }
      Matcher match = OF_A_MACHINE.matcher(text);
      while (match.find()) {
        found.add(ProjectFiles.root().relativize(file) + ": " + match.group());
      }
    }

    assertThat(found).isEmpty();
  }

  @Test
  void aPathOfAMachineOrABrokenLinkIsSeen() throws IOException {
    assertThat(OF_A_MACHINE.matcher("see /" + "home/ada/notes").find()).isTrue();
    assertThat(OF_A_MACHINE.matcher("/usr/lib/" + "jvm/17/bin").find()).isTrue();
    assertThat(OF_A_MACHINE.matcher("https://re" + "po.example.org/x").find()).isTrue();
    assertThat(OF_A_MACHINE.matcher("docs/" + "work/format.md").find()).isFalse();
    Path readme = ProjectFiles.root().resolve("README.md");
    assertThat(leadsSomewhere(readme, "docs/no-such-page.md")).isFalse();
    assertThat(leadsSomewhere(readme, "docs/format.md#no-such-heading")).isFalse();
    assertThat(leadsSomewhere(readme, "docs/format.md#1-names")).isTrue();
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = ProjectFiles.endingIn(".md");
    assertThat(documents).contains(ProjectFiles.root().resolve("README.md"));
    return documents;
  }

  private static boolean isThere(List<Path> sources, String type, String method)
      throws IOException {
    for (Path source : sources) {
      if (source.endsWith(type + ".java")) {
        return Files.readString(source).contains("void " + method + "(");
      }
    }
    return false;
  }

  private static boolean leadsSomewhere(Path document, String target) throws IOException {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path file = path.isEmpty() ? document : document.resolveSibling(path).normalize();
    if (!Files.exists(file)) {
      return false;
    }
    return hash < 0 || anchors(file).contains(target.substring(hash + 1));
  }

  /** The anchors of the headings, as code hosts make them. */
  private static Set<String> anchors(Path document) throws IOException {
    Set<String> anchors = new HashSet<>();
    for (String line : withoutCode(Files.readString(document)).lines().toList()) {
      if (line.startsWith("#")) {
        String title = line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT);
        anchors.add(title.replaceAll("[^\\w\\- ]", "").replace(' ', '-'));
      }
    }
    return anchors;
  }

  private static String withoutCode(String markdown) {
    return markdown.replaceAll("(?ms)^```.*?^```$", "");
  }
}
