package dev.durability.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Any arguments, and an input: one of the known exit statuses, and what fails is told in words and
 * not by an exception. Paths lead into a directory of its own.
 */
public final class ArgumentsFuzz {
  private static final Set<Integer> STATUSES =
      Set.of(ExitStatus.OK, ExitStatus.TORN, ExitStatus.CORRUPT, ExitStatus.FAILED);
  private static final List<String> WORDS =
      List.of(
          "append",
          "cat",
          "verify",
          "--acks",
          "-0",
          "--null",
          "--from",
          "--to",
          "--ids",
          "--json",
          "--help",
          "-h",
          "-V",
          "--version",
          "--",
          "-",
          "1",
          "9223372036854775807",
          "-1",
          "",
          "help",
          "--debug",
          "schema",
          "stats");
  private static final Path PLACE = make();

  private ArgumentsFuzz() {}

  private static Path make() {
    try {
      Path place = Files.createTempDirectory("durability-fuzz");
      place.toFile().deleteOnExit();
      return place;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Called by the fuzzer: a byte for each word, or the words themselves; then the input. */
  public static void fuzzerTestOneInput(byte[] input) {
    ByteArrayInputStream script = new ByteArrayInputStream(input);
    List<String> arguments = new ArrayList<>();
    for (int left = script.read() % 9; left > 0; left--) {
      arguments.add(argument(script));
    }
    if (arguments.stream().anyMatch(ArgumentsFuzz::mayFollow)) {
      return;
    }
    Run run = Run.withInput(script.readAllBytes(), arguments.toArray());
    if (!STATUSES.contains(run.status())) {
      throw new AssertionError(arguments + ": status " + run.status());
    }
    boolean fails = run.status() == ExitStatus.FAILED;
    if (fails && run.err().isBlank() && !arguments.isEmpty()) {
      throw new AssertionError(arguments + ": fails without a word");
    }
    // Longer than any argument, which a message may repeat.
    if (run.err().contains("\tat dev.durability.") && !arguments.contains("--debug")) {
      throw new AssertionError(arguments + ": " + run.err());
    }
  }

  private static String argument(ByteArrayInputStream script) {
    int word = Math.max(0, script.read());
    if (word < WORDS.size()) {
      return WORDS.get(word);
    }
    if (word < 128) {
      return PLACE.resolve("log" + word % 4).toString();
    }
    byte[] own = new byte[Math.max(0, script.read()) % 12];
    int length = Math.max(0, script.read(own, 0, own.length));
    // No path leads out of the directory, and "@" would read a file of arguments.
    String text =
        new String(own, 0, length, StandardCharsets.ISO_8859_1).replaceAll("[/@\\\\]", "");
    return word < 192 ? "-" + text : PLACE.resolve("x" + text.hashCode()).toString();
  }

  /** Following never ends, and a demonstration starts processes. */
  private static boolean mayFollow(String argument) {
    return argument.startsWith("-") && argument.contains("f") && !argument.equals("--from");
  }
}
