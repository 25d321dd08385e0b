package dev.durability.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability completion}. */
final class CompletionCommand implements Command {
  private static final List<String> SHELLS = List.of("bash", "zsh", "fish");
  private static final String HELP = "help";

  private final CommandIo io;
  private final Supplier<CommandSpec> program;

  /**
   * A command.
   *
   * @param io what the command talks to
   * @param program makes the syntax of the program with all commands
   */
  CompletionCommand(CommandIo io, Supplier<CommandSpec> program) {
    this.io = io;
    this.program = program;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "completion",
            "Print a script that lets a shell complete command lines.",
            "Prints a script for SHELL. Once the shell has read it, the Tab key completes commands,"
                + " options and names of files. The packages of this program bring the scripts"
                + " along.");
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0")
            .paramLabel("SHELL")
            .type(String.class)
            .required(true)
            .completionCandidates(SHELLS)
            .description("bash, zsh or fish.")
            .build());
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  source <(durability completion bash)",
            "  durability completion zsh >\"${fpath[1]}/_durability\"",
            "  durability completion fish >~/.config/fish/completions/durability.fish"),
        "0",
        "the script was printed",
        "3",
        "any other failure: an unknown shell, wrong usage",
        "141",
        "the reader of the output has gone");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    String shell = given.matchedPositionalValue(0, "");
    if (!SHELLS.contains(shell)) {
      throw new UsageException("there is no script for " + shell + ": take bash, zsh or fish");
    }
    CommandSpec spec = withFiles(withHelp(program.get()));
    io.out().write(script(shell, spec).getBytes(StandardCharsets.UTF_8));
    io.out().flush();
    return ExitStatus.OK;
  }

  private static String script(String shell, CommandSpec spec) {
    if (shell.equals("fish")) {
      return FishCompletion.of(spec);
    }
    String bash = AutoComplete.bash(spec.name(), spec.commandLine()) + "\n";
    return shell.equals("bash") ? bash : zsh(spec.name(), bash);
  }

  /**
   * The script for bash reads in zsh, too. In a directory of {@code fpath} zsh takes it for the
   * function that completes, and calls it for the first time while it is read. The alias for {@code
   * compopt}, which the script makes, comes too late then.
   */
  private static String zsh(String name, String bash) {
    return "#compdef "
        + name
        + "\nautoload -U +X bashcompinit && bashcompinit\n"
        + "(( $+functions[compopt] )) || function compopt() { : }\n"
        + bash
        + "if [ \"${funcstack[1]}\" = _"
        + name
        + " ]; then\n  _bash_complete -o default -F _complete_"
        + name
        + "\nfi\n";
  }

  /** {@code help} is no command for the parser. */
  private static CommandSpec withHelp(CommandSpec spec) {
    CommandSpec help =
        CommandSyntax.command(null, HELP, "Show the help of a command.")
            .addPositional(
                PositionalParamSpec.builder()
                    .index("0")
                    .type(String.class)
                    .completionCandidates(List.copyOf(spec.subcommands().keySet()))
                    .build());
    spec.addSubcommand(HELP, new CommandLine(help));
    return spec;
  }

  /** The script for bash completes names of files for what is a file, and not for any text. */
  private static CommandSpec withFiles(CommandSpec spec) {
    for (CommandLine each : spec.subcommands().values()) {
      CommandSpec command = each.getCommandSpec();
      for (OptionSpec option : List.copyOf(command.options())) {
        if (isText(option)) {
          command.remove(option);
          command.addOption(OptionSpec.builder(option.names()).type(File.class).build());
        }
      }
      for (PositionalParamSpec operand : List.copyOf(command.positionalParameters())) {
        if (isText(operand)) {
          command.remove(operand);
          command.addPositional(
              PositionalParamSpec.builder().index(operand.index()).type(File.class).build());
        }
      }
    }
    return spec;
  }

  private static boolean isText(ArgSpec argument) {
    return (argument.type() == String.class || argument.typeInfo().isMultiValue())
        && argument.completionCandidates() == null;
  }
}
