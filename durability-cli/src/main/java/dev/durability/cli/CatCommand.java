package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalTail;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability cat}. */
final class CatCommand implements Command {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final String FROM = "--from";
  private static final String TO = "--to";
  private static final String IDS = "--ids";
  private static final String FOLLOW = "--follow";
  private static final String NUL = "-0";
  private static final String JSON = "--json";

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
                + " crate durability, too, and says on the standard error what it does not print.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(
        CommandSyntax.entryId(
            "The first entry id to print. Without it: the oldest entry or, in a log with"
                + " checkpoints, the first one after the newest checkpoint.",
            FROM));
    spec.addOption(CommandSyntax.entryId("The last entry id to print.", TO));
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
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability cat mylog > words.txt",
            "  durability cat --ids --from 1000 --to 1999 mylog",
            "  durability cat --follow mylog | grep --line-buffered ERROR",
            "  durability cat -0 mylog | xargs -0 ls -l",
            "  durability cat --json mylog | jq ."),
        "0",
        "all entries that were asked for were printed",
        "2",
        "the log is corrupt",
        "3",
        "any other failure: not a log, not readable, wrong usage",
        "141",
        "the reader of the output has gone");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    long from = given.matchedOptionValue(FROM, 1L);
    long to = given.matchedOptionValue(TO, Long.MAX_VALUE);
    if (from < 1 || to < from) {
      throw new UsageException(
          "--from and --to are entry ids from 1 on, and --to must not be less than --from");
    }
    try (LogLocation log = LogLocation.of(given, io)) {
      print(log, from, to, given);
    }
    return ExitStatus.OK;
  }

  private void print(LogLocation log, long from, long to, ParseResult given) throws IOException {
    Codec<byte[]> codec = given.hasMatchedOption(JSON) ? new EntryJson() : Codecs.bytes();
    WalReader<byte[]> reader = WalReader.of(log.forReading(), codec);
    OutputStream buffer = new BufferedOutputStream(io.out(), BUFFER_BYTES);
    EntryOutput out =
        new EntryOutput(
            buffer, given.hasMatchedOption(IDS), given.hasMatchedOption(NUL) ? 0 : '\n');
    long start = given.hasMatchedOption(FROM) ? from : WalReplay.START;
    try {
      if (log.isLocal() && CrateDirectory.isIn(Path.of(log.name()))) {
        CrateCommands.cat(
            io, Path.of(log.name()), codec, from, to, given.hasMatchedOption(FOLLOW), out);
      } else if (given.hasMatchedOption(FOLLOW)) {
        follow(reader, start, to, out);
      } else {
        reader.replay(start, to, out);
      }
    } catch (OutputClosedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      buffer.flush(); // Prints what is intact before the damage is reported.
      throw e;
    }
    buffer.flush();
  }

  private static void follow(WalReader<byte[]> reader, long from, long to, EntryOutput out)
      throws IOException {
    try (WalTail<byte[]> tail = reader.follow(from)) {
      long last = 0;
      while (last < to) {
        WalRecord<byte[]> next = tail.poll(Duration.ZERO);
        if (next == null) {
          out.flush();
          next = tail.poll(PATIENCE);
        }
        if (next != null) {
          last = next.id();
          if (last <= to) {
            out.entry(last, next.entry());
          }
        }
      }
    }
  }

  /** Prints entries. */
  private static final class EntryOutput implements WalReplay<byte[]> {
    private final OutputStream out;
    private final boolean ids;
    private final int terminator;

    EntryOutput(OutputStream out, boolean ids, int terminator) {
      this.out = out;
      this.ids = ids;
      this.terminator = terminator;
    }

    @Override
    public void entry(long id, byte[] entry) throws IOException {
      if (ids) {
        out.write(Long.toString(id).getBytes(StandardCharsets.US_ASCII));
        out.write('\t');
      }
      out.write(entry);
      out.write(terminator);
    }

    void flush() throws IOException {
      out.flush();
    }
  }
}
