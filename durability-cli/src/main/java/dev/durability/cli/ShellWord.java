package dev.durability.cli;

/** A path as a word of a command that is printed to be copied. */
final class ShellWord {

  private ShellWord() {}

  /** In double quotes, if a shell would see more in it than its letters. */
  static String of(String path) {
    if (path.startsWith("-")) {
      return of("./" + path); // Else it is an option.
    }
    return path.matches("[\\p{L}\\p{N}_./@%+=:,-]+")
        ? path
        : '"' + path.replaceAll("([\\\\\"$`])", "\\\\$1") + '"';
  }
}
