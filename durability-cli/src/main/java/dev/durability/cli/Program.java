package dev.durability.cli;

import dev.durability.cli.bench.Wrapped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program: chooses and runs a command.
 *
 * <p>In some places an anonymous class replaces a lambda: the class-data archive cannot hold
 * lambdas for the interfaces of the command-line library.
 */
final class Program {
  private static final String NAME = "durability";
  private static final List<String> COMMANDS =
      List.of(
          "append",
          "cat",
          "verify",
          "stats",
          "report",
          "quarantine",
          "explain",
          "salvage",
          "schema",
          "truncate",
          "backup",
          "archive",
          "restore",
          "sweep",
          "import",
          "export",
          "demo",
          "bench",
          "torture",
          "cluster",
          "completion");
  private static final String HELP = "help";
  private static final String HELP_OPTION = "--help";

  /** The command-line library refuses less. */
  private static final int HELP_COLUMNS_MIN = 55;

  private final CommandIo io;

  private Program(CommandIo io) {
    this.io = io;
  }

  /**
   * Runs a command line. Nothing is thrown: failures are reported on the standard error.
   *
   * @param io what the command talks to
   * @param args the command line
   * @return the exit status
   */
  static int run(CommandIo io, String... args) {
    Program program = new Program(io);
    try {
      return program.withWorkingError(program.run(args));
    } catch (IOException | RuntimeException | Error e) {
      return program.withWorkingError(program.report(NAME, e, false));
    }
  }

  /** The syntax of all commands. */
  static CommandSpec specification(CommandIo io) {
    return new Program(io).commandLine(COMMANDS).getCommandSpec();
  }

  private int run(String... args) throws IOException {
    if (args.length == 0) {
      io.err().print(fit(commandLine(COMMANDS).getUsageMessage()));
      return ExitStatus.FAILED;
    }
    Arguments.check(args);
    String[] given = args[0].equals(HELP) ? asHelpOption(args) : args;
    ByteArrayOutputStream help = new ByteArrayOutputStream();
    CommandLine line = commandLine(needed(given[0]));
    line.setOut(new PrintWriter(help, true, Charset.defaultCharset()));
    int status = line.execute(given);
    if (help.size() > 0) {
      // Not through a PrintWriter, which hides failures.
      io.out()
          .write(fit(help.toString(Charset.defaultCharset())).getBytes(Charset.defaultCharset()));
      io.out().flush();
    }
    return status;
  }

  private boolean isNarrow() {
    return io.textColumns() < HELP_COLUMNS_MIN;
  }

  /** The text has no colors if lines are broken: they would count as characters. */
  private String fit(String help) {
    return isNarrow() ? Wrapped.of(help, io.textColumns()) : help;
  }

  /** {@code help [COMMAND]} is another way to say {@code [COMMAND] --help}. */
  private static String[] asHelpOption(String... args) {
    if (args.length > 2) {
      throw new UsageException("help takes one command at a time");
    }
    boolean ofAll = args.length == 1 || args[1].equals(HELP) || args[1].startsWith("-");
    if (!ofAll && !COMMANDS.contains(args[1])) {
      throw new UsageException("there is no command '" + args[1] + "'");
    }
    return ofAll ? new String[] {HELP_OPTION} : new String[] {args[1], HELP_OPTION};
  }

  /** A command that cannot write its result to the standard error has failed. */
  private int withWorkingError(int status) {
    return io.err().checkError() && status == ExitStatus.OK ? ExitStatus.FAILED : status;
  }

  /** Only the commands that matter here: creating the others would take time. */
  private static List<String> needed(String first) {
    if (first.equals("--version") || first.equals("-V")) {
      return List.of();
    }
    return COMMANDS.contains(first) ? List.of(first) : COMMANDS;
  }

  private CommandLine commandLine(List<String> commands) {
    CommandSpec root = rootSpec();
    for (String name : commands) {
      root.addSubcommand(name, complete(create(name).spec()));
    }
    CommandLine line = new CommandLine(root);
    line.setErr(new PrintWriter(io.err(), true, Charset.defaultCharset()));
    line.setUsageHelpWidth(Math.max(HELP_COLUMNS_MIN, io.textColumns()));
    if (isNarrow()) {
      line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    }
    line.setParameterExceptionHandler(
        new IParameterExceptionHandler() {
          @Override
          public int handleParseException(ParameterException failure, String[] args) {
            return wrongUsage(failure);
          }
        });
    line.setExecutionStrategy(
        new IExecutionStrategy() {
          @Override
          public int execute(ParseResult given) {
            return Program.this.execute(given);
          }
        });
    return line;
  }

  private static CommandSpec rootSpec() {
    CommandSpec spec =
        CommandSyntax.command(
            null,
            NAME,
            null,
            "Keeps lines of text, or any records, through crashes and power loss.");
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability demo",
            "  printf 'one\\ntwo\\n' | durability append mylog",
            "  durability cat mylog",
            "  durability verify mylog",
            "  durability bench",
            "",
            "'durability help COMMAND' or 'durability COMMAND --help' tells more about a command."),
        "0",
        "all is well",
        "1",
        "verify, stats, report, explain: the end of the log is torn, as a crash leaves it; schema check:"
            + " something is not read; import, export, salvage: something was left out or is missing",
        "2",
        "the log or the archive is damaged, or did not keep what it promised",
        "3",
        "any other failure: wrong usage, no log of this program, not readable, no room, no"
            + " memory, an"
            + " output that cannot be written",
        "130, 143",
        "ended by SIGINT or SIGTERM",
        "141",
        "the reader of the output has gone");
    spec.usageMessage().commandListHeading("%nCommands:%n");
    return complete(spec);
  }

  private static CommandSpec complete(CommandSpec spec) {
    CommandSyntax.addCommonOptions(spec);
    return spec.versionProvider(
        new IVersionProvider() {
          @Override
          public String[] getVersion() {
            return new String[] {version()};
          }
        });
  }

  private static String version() {
    String version = Program.class.getPackage().getImplementationVersion();
    String java = System.getProperty("java.version");
    return NAME + " " + (version == null ? "(not packaged)" : version) + " (Java " + java + ")";
  }

  private Command create(String name) {
    return switch (name) {
      case "append" -> new AppendCommand(io);
      case "cat" -> new CatCommand(io);
      case "verify" -> new VerifyCommand(io);
      case "stats" -> new StatsCommand(io, Clock.systemUTC());
      case "report" -> new ReportCommand(io, Clock.systemUTC());
      case "quarantine" -> new QuarantineCommand(io);
      case "explain" -> new ExplainCommand(io, Clock.systemUTC());
      case "salvage" -> new SalvageCommand(io);
      case "schema" -> new SchemaCommand(io);
      case "truncate" -> new TruncateCommand(io);
      case "backup" -> new BackupCommand(io);
      case "archive" -> new ArchiveCommand(io);
      case "restore" -> new RestoreCommand(io);
      case "sweep" -> new SweepCommand(io);
      case "import" -> new ImportCommand(io);
      case "export" -> new ExportCommand(io);
      case "demo" -> new DemoCommand(io);
      case "bench" -> new BenchCommand(io);
      case "torture" -> new TortureCommand(io);
      case "cluster" -> new ClusterCommand(io);
      case "completion" -> new CompletionCommand(io, () -> specification(io));
      default -> throw new IllegalArgumentException(name);
    };
  }

  private int execute(ParseResult given) {
    Integer help = CommandLine.executeHelpRequest(given);
    if (help != null) {
      return help;
    }
    ParseResult last = given.hasSubcommand() ? given.subcommand() : given;
    CommandSpec spec = last.commandSpec();
    try {
      if (spec.userObject() instanceof Command command) {
        Arguments.checkCurrentDirectory(operands(last));
        return command.run(last);
      }
      throw new UsageException("no command was given");
    } catch (IOException | RuntimeException | Error e) {
      boolean debug = CommandSyntax.wantsDebug(given) || CommandSyntax.wantsDebug(last);
      return report(spec.qualifiedName(), e, debug);
    }
  }

  private static List<String> operands(ParseResult given) {
    List<String> operands = new ArrayList<>();
    for (PositionalParamSpec each : given.matchedPositionals()) {
      operands.addAll(each.stringValues());
    }
    return operands;
  }

  private int wrongUsage(ParameterException failure) {
    String name = failure.getCommandLine().getCommandSpec().qualifiedName();
    if (failure instanceof UnmatchedArgumentException unmatched
        && unmatched.getUnmatched().get(0).startsWith("--store")) {
      io.err()
          .println(
              name
                  + ": it works on the disk of this machine, and takes no --store; append, cat,"
                  + " verify, stats, report, quarantine, explain, salvage, schema, truncate, backup,"
                  + " archive, restore and sweep do");
      return hint(name);
    }
    io.err().println(name + ": " + failure.getMessage());
    UnmatchedArgumentException.printSuggestions(failure, failure.getCommandLine().getErr());
    return hint(name);
  }

  private int report(String name, Throwable failure, boolean debug) {
    int status = Failures.exitStatus(failure);
    if (status != ExitStatus.OUTPUT_CLOSED) {
      io.say(name + ": " + Failures.line(failure));
    }
    if (debug) {
      failure.printStackTrace(io.err());
    }
    return failure instanceof UsageException ? hint(name) : status;
  }

  private int hint(String name) {
    io.err().println("Try '" + name + " --help'.");
    return ExitStatus.FAILED;
  }
}
