package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability cat}. */
final class CatCommand implements Command {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final String IDS = "--ids";
  private static final String FOLLOW = "--follow";
  private static final String NUL = "-0";
  private static final String JSON = "--json";
  private static final String HEX = "--hex";
  private static final String GREP = "--grep";
  private static final String PAST_DAMAGE = "--past-damage";
  private static final String QUICK = "--quick";

  private final CommandIo io;

  CatCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "cat",
            "Print the entries of a log, one per line.",
            "Prints the entries of the log in DIR as they were appended, with a newline after"
                + " each. Changes nothing; another process may be writing to the log. If the end"
                + " of the log is torn, prints the intact entries. Prints those of a log of the Rust"
                + " crate durability, too, and says on the standard error what it does not print. DIR may"
                + " also be the file of a record log.",
            "",
            "Entries are printed in order, up to the first damage. What is intact after it is printed"
                + " with --past-damage, or if --from names an entry of a later segment. If only a"
                + " part of the log was asked for, the rest is read after that is printed, so that"
                + " a damaged log never ends with 0; --quick leaves that out.",
            "",
            "Times are those of the writer's clock, which the log carries at the beginning of each"
                + " segment and in marks after syncs. An entry between two of them was stored at some"
                + " time between them: it is printed if any of that time was asked for. In a log whose"
                + " clock was set back, the time stands still until it is reached again.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    EntryChoice.addOptions(spec);
    spec.addOption(CommandSyntax.flag("Print the id and a tab before each entry.", IDS));
    spec.addOption(
        CommandSyntax.flag(
            "Go on printing what another process appends, as soon as it is durable. Ends at --to,"
                + " with SIGINT, or at the first entry after the output was closed.",
            "-f",
            FOLLOW));
    spec.addOption(
        CommandSyntax.flag("End each entry with a NUL byte instead of a newline.", NUL, "--null"));
    spec.addOption(
        CommandSyntax.flag(
            "Print each entry as one JSON value, by the schema in the log: lines as strings, records"
                + " as objects. What has no schema, or an unknown one, is an object with its bytes"
                + " as base64.",
            JSON));
    spec.addOption(
        CommandSyntax.flag(
            "Print the bytes of each entry in hexadecimal and as ASCII, 16 per line, and an empty line"
                + " after each entry. With --ids, each line has the id.",
            HEX));
    spec.addOption(
        OptionSpec.builder(GREP)
            .type(String.class)
            .paramLabel("REGEX")
            .description(
                "Print only entries in which this regular expression of Java is found: in the entry as"
                    + " UTF-8 or, with --json, in its JSON. (?i) at its start ignores case. With"
                    + " --last, it looks at the last N entries.")
            .build());
    spec.addOption(
        CommandSyntax.flag(
            "Print all intact entries from --from to --to, those after damage, too, and tell each"
                + " hole between them on the standard error. It reads all of the log.",
            PAST_DAMAGE));
    spec.addOption(
        CommandSyntax.flag(
            "Read only the segments with what is printed: damage elsewhere is not found.", QUICK));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability cat mylog > words.txt",
            "  durability cat --ids --from 1000 --to 1999 mylog",
            "  durability cat --last 10 --follow mylog",
            "  durability cat --since 2026-03-01T12:00Z --until 2026-03-01T12:05Z mylog",
            "  durability cat --ids --grep '(?i)error' mylog",
            "  durability cat --hex --from 17 --to 17 mylog",
            "  durability cat --past-damage --ids --from 492 mylog",
            "  durability cat -0 mylog | xargs -0 ls -l",
            "  durability cat --json mylog | jq ."),
        "0",
        "all entries that were asked for were printed, and the log is not corrupt, unless --quick"
            + " kept that from being found",
        "2",
        "the log is corrupt, or --past-damage found entries that a checkpoint alone has: what was"
            + " asked for was printed up to the damage or, with --past-damage, as far as it is"
            + " intact; the standard error tells the place",
        "3",
        "any other failure: not a log, not readable, wrong usage",
        "141",
        "the reader of the output has gone");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    EntryChoice choice = EntryChoice.of(given);
    boolean follows = given.hasMatchedOption(FOLLOW);
    boolean isHex = given.hasMatchedOption(HEX);
    if (follows && choice.until() != null) {
      throw new UsageException("--follow goes on to what comes: it does not go with --until");
    } else if (isHex && (given.hasMatchedOption(JSON) || given.hasMatchedOption(NUL))) {
      throw new UsageException("--hex has lines of its own: it goes neither with --json nor -0");
    }
    EntryOutput.Form form =
        new EntryOutput.Form(
            given.hasMatchedOption(IDS),
            given.hasMatchedOption(NUL) ? 0 : '\n',
            isHex,
            grep(given.matchedOptionValue(GREP, null)));
    LogCat.Wanted wanted =
        new LogCat.Wanted(
            choice, follows, given.hasMatchedOption(PAST_DAMAGE), given.hasMatchedOption(QUICK));
    if (wanted.isPastDamage() && (follows || wanted.isQuick())) {
      throw new UsageException(
          "--past-damage reads all of the log: it goes neither with --follow nor --quick");
    }
    try (LogLocation log = LogLocation.of(given, io)) {
      return print(log, wanted, given.hasMatchedOption(JSON), form);
    }
  }

  private static @Nullable Pattern grep(@Nullable String expression) {
    try {
      return expression == null ? null : Pattern.compile(expression);
    } catch (PatternSyntaxException wrong) {
      throw new UsageException(
          "--grep takes a regular expression, and '"
              + Printable.line(expression)
              + "' is none: "
              + wrong.getDescription());
    }
  }

  private int print(LogLocation log, LogCat.Wanted wanted, boolean asJson, EntryOutput.Form form)
      throws IOException {
    Codec<byte[]> codec = asJson ? new EntryJson() : Codecs.bytes();
    OutputStream buffer = new BufferedOutputStream(io.out(), BUFFER_BYTES);
    EntryOutput out = new EntryOutput(buffer, form);
    int status = ExitStatus.OK;
    try {
      if (log.isLocal() && CrateDirectory.isIn(Path.of(log.name()))) {
        if (wanted.isPastDamage()) {
          throw new UsageException("--past-damage does not go with a log of the Rust crate");
        }
        CrateCommands.cat(io, Path.of(log.name()), codec, wanted.choice(), wanted.follows(), out);
      } else {
        status = new LogCat(io, log, SchemaSource.at(log), out).print(wanted, codec);
      }
    } catch (OutputClosedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      buffer.flush(); // Prints what is intact before the failure is reported.
      throw e;
    }
    buffer.flush();
    return status;
  }
}
