package dev.durability.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The script with which fish completes command lines: picocli writes one for bash alone. fish
 * itself completes names of files, unless {@code -f} or {@code -x} says that there are none.
 */
final class FishCompletion {
  private final StringBuilder script = new StringBuilder();
  private final String program;

  private FishCompletion(String program) {
    this.program = program;
  }

  /**
   * Writes the script.
   *
   * @param spec the program with its commands
   */
  static String of(CommandSpec spec) {
    FishCompletion completion = new FishCompletion(spec.name());
    completion.head();
    for (CommandLine each : spec.subcommands().values()) {
      CommandSpec command = each.getCommandSpec();
      completion.line(
          "", " -f -a " + command.name() + description(command.usageMessage().header()));
    }
    completion.arguments("", spec);
    for (CommandLine each : spec.subcommands().values()) {
      completion.arguments(each.getCommandName(), each.getCommandSpec());
    }
    return completion.script.toString();
  }

  private void head() {
    script.append(
        """
        # Completion of PROGRAM for fish.

        # Whether the command line has this command, or none if it is empty.
        function __PROGRAM_command_is
            set -l words (commandline -opc)
            for word in $words[2..-1]
                if not string match -q -- '-*' $word
                    test "$word" = "$argv[1]"
                    return
                end
            end
            test -z "$argv[1]"
        end

        complete -c PROGRAM -e
        """
            .replace("PROGRAM", program));
  }

  private void arguments(String command, CommandSpec spec) {
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        line(command, names(option) + values(option) + description(option.description()));
      }
    }
    for (PositionalParamSpec operand : spec.positionalParameters()) {
      if (operand.completionCandidates() != null) {
        line(command, " -f -a " + quoted(candidates(operand)));
      }
    }
  }

  private void line(String command, String rest) {
    script
        .append("complete -c ")
        .append(program)
        .append(" -n ")
        .append(quoted("__" + program + "_command_is " + (command.isEmpty() ? "\"\"" : command)))
        .append(rest)
        .append('\n');
  }

  private static String names(OptionSpec option) {
    StringBuilder names = new StringBuilder();
    for (String name : option.names()) {
      boolean isLong = name.startsWith("--");
      names.append(isLong ? " -l " : " -s ").append(name.substring(isLong ? 2 : 1));
    }
    return names.toString();
  }

  private static String values(OptionSpec option) {
    if (option.arity().max() == 0) {
      return "";
    }
    return option.completionCandidates() == null ? " -r" : " -x -a " + quoted(candidates(option));
  }

  private static String candidates(ArgSpec argument) {
    List<String> candidates = new ArrayList<>();
    argument.completionCandidates().forEach(candidates::add);
    return String.join(" ", candidates);
  }

  /** Its first sentence, without the full stop. */
  private static String description(String... paragraphs) {
    if (paragraphs.length == 0) {
      return "";
    }
    int end = paragraphs[0].indexOf(". ");
    String sentence = end < 0 ? paragraphs[0] : paragraphs[0].substring(0, end);
    return " -d "
        + quoted(sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence);
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
