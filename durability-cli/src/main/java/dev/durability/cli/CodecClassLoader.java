package dev.durability.cli;

import dev.durability.codec.Codec;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Loads the classes of the user's program. It has the libraries of that program and none of this
 * one, so that both may use different versions of one. Only {@code durability-core} is that of this
 * program: its types are what both of them share.
 */
final class CodecClassLoader extends URLClassLoader {
  private static final String SHARED = "dev.durability.";
  private static final String JAR = ".jar";

  /** The place that core is loaded from. */
  private final CodeSource core = Codec.class.getProtectionDomain().getCodeSource();

  private CodecClassLoader(URL[] places) {
    super("class-path", places, ClassLoader.getPlatformClassLoader());
  }

  /**
   * Opens a class path.
   *
   * @param classPath directories and jars, separated as the system does it; a directory with {@code
   *     /*} at the end stands for the jars in it. Empty for no classes but those of core
   * @throws NoSuchFileException if one of them is not there
   */
  static CodecClassLoader of(String classPath) throws IOException {
    List<URL> places = new ArrayList<>();
    for (String place : classPath.split(System.getProperty("path.separator"), -1)) {
      if (place.endsWith("/*")) {
        places.addAll(jars(Path.of(place.substring(0, place.length() - 2))));
      } else if (!place.isEmpty()) {
        places.add(url(Path.of(place)));
      }
    }
    return new CodecClassLoader(places.toArray(new URL[0]));
  }

  private static List<URL> jars(Path directory) throws IOException {
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path each : files.sorted().toList()) {
        if (each.toString().endsWith(JAR)) {
          jars.add(url(each));
        }
      }
    }
    return jars;
  }

  private static URL url(Path place) throws MalformedURLException, NoSuchFileException {
    if (!Files.exists(place)) {
      throw new NoSuchFileException(
          place.toString(), null, "no such file or directory, but it is on the class path");
    }
    return place.toUri().toURL();
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    return name.startsWith(SHARED) && isOfCore(name)
        ? Class.forName(name, false, Codec.class.getClassLoader())
        : super.loadClass(name, resolve);
  }

  private boolean isOfCore(String name) {
    try {
      Class<?> known = Class.forName(name, false, Codec.class.getClassLoader());
      return Objects.equals(known.getProtectionDomain().getCodeSource(), core);
    } catch (ClassNotFoundException notOfThisProgram) {
      return false;
    }
  }
}
