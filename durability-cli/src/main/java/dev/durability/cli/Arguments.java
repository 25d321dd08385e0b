package dev.durability.cli;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Refuses arguments that are no longer what the user typed. Java reads arguments, and names of
 * files, in the character set of the locale. It replaces each byte that has no meaning there by
 * U+FFFD, so the names of two directories could become the same.
 */
final class Arguments {
  private static final char REPLACEMENT = '\uFFFD';

  private Arguments() {}

  /**
   * Checks a command line.
   *
   * @param args the arguments
   * @throws UsageException if one is empty, or not what was typed
   */
  static void check(String... args) {
    for (int i = 0; i < args.length; i++) {
      if (args[i].isEmpty()) {
        throw new UsageException(
            "argument " + (i + 1) + " is empty; write . for the current directory");
      }
      if (!isExpressible(args[i])) {
        throw new UsageException(notExpressible(args[i]));
      }
    }
  }

  /**
   * Checks the directory that relative names are relative to.
   *
   * @param names the names of files and directories; without any, the current directory is meant
   * @throws UsageException if one is relative and the current directory has a name that cannot be
   *     read
   */
  static void checkCurrentDirectory(List<String> names) {
    String current = System.getProperty("user.dir", "");
    if (!isExpressible(current) && (names.isEmpty() || anyIsRelative(names))) {
      throw new UsageException("the current directory, " + notExpressible(current));
    }
  }

  private static boolean anyIsRelative(List<String> names) {
    return names.stream().anyMatch(name -> !Path.of(name).isAbsolute());
  }

  private static boolean isExpressible(String text) {
    return text.indexOf(REPLACEMENT) < 0
        && text.indexOf('\0') < 0
        && charset().newEncoder().canEncode(text);
  }

  /**
   * Says that a name cannot be used, and what to do.
   *
   * @param name the name, as Java has it
   */
  static String notExpressible(String name) {
    String shown = "'" + name.replace(REPLACEMENT, '?').replace('\0', '?');
    if (charset().equals(StandardCharsets.UTF_8)) {
      return shown
          + "' has bytes that are not UTF-8, the character set of this locale: rename it, or set"
          + " LC_ALL to the locale in which it was named";
    }
    return shown
        + "' has characters that this locale, with the character set "
        + charset().name()
        + ", cannot express: set LC_ALL to a locale with UTF-8, such as C.UTF-8";
  }

  /** The character set of names in calls of the system. */
  private static Charset charset() {
    String name = System.getProperty("sun.jnu.encoding", "");
    try {
      return name.isEmpty() ? Charset.defaultCharset() : Charset.forName(name);
    } catch (IllegalArgumentException unknown) {
      return Charset.defaultCharset();
    }
  }
}
