package dev.durability.cli;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/**
 * The parts of a command line and of its help. They are put together by hand, because reading
 * annotations takes longer than the rest of the start (see docs/startup.md).
 */
final class CommandSyntax {
  static final String DEBUG = "--debug";
  private static final String DIRECTORY = "DIR";

  private CommandSyntax() {}

  /** A command without options; null for the command and the header of the program itself. */
  static CommandSpec command(
      @Nullable Command command, String name, @Nullable String header, String... description) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(command).name(name);
    if (header != null) {
      spec.usageMessage().header(header);
    }
    spec.usageMessage()
        .synopsisHeading("Usage: ")
        .descriptionHeading("%n")
        .description(description)
        .parameterListHeading("%nOperands:%n")
        .optionListHeading("%nOptions:%n");
    return spec;
  }

  /** Sets the examples, and the exit statuses as alternating statuses and what they mean. */
  static void endOfHelp(CommandSpec spec, List<String> examples, String... exitStatuses) {
    Map<String, String> meanings = new LinkedHashMap<>();
    for (int i = 0; i < exitStatuses.length; i += 2) {
      meanings.put(exitStatuses[i], exitStatuses[i + 1]);
    }
    UsageMessageSpec help = spec.usageMessage();
    help.exitCodeListHeading("%nExit status:%n").exitCodeList(meanings);
    help.footerHeading("%nExamples:%n").footer(examples.toArray(new String[0]));
  }

  /** Adds the options of every command: {@code --debug}, {@code --help} and {@code --version}. */
  static void addCommonOptions(CommandSpec spec) {
    spec.addOption(flag("When something fails, print the stack trace too.", DEBUG));
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .type(boolean.class)
            .description("Show this help and exit.")
            .build());
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .type(boolean.class)
            .description("Show the version and exit.")
            .build());
  }

  /** An option without a value. */
  static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names).type(boolean.class).description(description).build();
  }

  /** An option with an entry id. */
  static OptionSpec entryId(String description, String name) {
    return OptionSpec.builder(name)
        .type(Long.class)
        .paramLabel("ID")
        .description(description)
        .build();
  }

  /** An option with a time. */
  static OptionSpec time(String description, String name) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel("TIME")
        .description(description)
        .build();
  }

  /**
   * The time that was given with an option; null if none was.
   *
   * @throws UsageException if it is no time
   */
  static @Nullable Instant timeOf(ParseResult given, String name) {
    String text = given.matchedOptionValue(name, null);
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new UsageException(
          "'" + text + "' is no time such as 2026-03-01T12:00:00Z or 2026-03-01T13:00:00+01:00");
    }
  }

  /** The first operand: the directory of the log. */
  static PositionalParamSpec directory() {
    return directory("The directory of the log.");
  }

  /** The first operand, a directory that must be named. */
  static PositionalParamSpec directory(String description) {
    return PositionalParamSpec.builder()
        .index("0")
        .paramLabel(DIRECTORY)
        .type(String.class)
        .required(true)
        .description(description)
        .build();
  }

  /** A directory as the only operand, which may be left out. */
  static PositionalParamSpec optionalDirectory(String description) {
    return PositionalParamSpec.builder()
        .index("0")
        .arity("0..1")
        .paramLabel(DIRECTORY)
        .type(String.class)
        .required(false)
        .description(description)
        .build();
  }

  /** Whether the stack trace of a failure is wanted. */
  static boolean wantsDebug(ParseResult given) {
    return given.hasMatchedOption(DEBUG);
  }
}
