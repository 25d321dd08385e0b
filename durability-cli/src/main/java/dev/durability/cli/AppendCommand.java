package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.FsOptions;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability append}. */
final class AppendCommand implements Command {
  private static final String ACKS = "--acks";
  private static final String NUL = "-0";

  private final CommandIo io;

  AppendCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "append",
            "Append lines to a log, each as one entry.",
            "Each line of the files, or of the standard input, becomes one entry of the log in"
                + " DIR: its bytes, without the newline. DIR is created if it is missing. An"
                + " entry is acknowledged once it is safe from power loss; one sync serves many."
                + " A log with entries of another program is refused.",
            "",
            "At the end, the standard error shows the last acknowledged entry id and the rate."
                + " SIGINT and SIGTERM stop the reading; what was appended is acknowledged first.");
    spec.addPositional(CommandSyntax.directory());
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("1..*")
            .arity("0..*")
            .required(false)
            .paramLabel("FILE")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description("The files to append; - is the standard input, which is also the default.")
            .build());
    spec.addOption(
        CommandSyntax.flag("Records end with a NUL byte instead of a newline.", NUL, "--null"));
    spec.addOption(
        CommandSyntax.flag(
            "Print the id of every entry on the standard output, one per line, as soon as it is"
                + " acknowledged.",
            ACKS));
    LogLocation.addOption(spec);
    CreationOptions.add(spec);
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability append mylog words.txt",
            "  tail -f app.log | durability append --acks mylog",
            "  find . -type f -print0 | durability append -0 mylog",
            "  durability append --store bk://zk1:2181,zk2:2181,zk3:2181/logs orders words.txt",
            "  durability append --mode 660 --group app /var/lib/app/log words.txt"),
        "0",
        "everything was appended and acknowledged",
        "2",
        "the log is corrupt; nothing was appended",
        "3",
        "any other failure; what was acknowledged before it is safe",
        "130, 143",
        "ended by SIGINT or SIGTERM, after finishing what was appended",
        "141",
        "with --acks, the reader of the ids has gone");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    List<String> files = given.matchedPositionalValue(1, List.of());
    List<Input> inputs = new ArrayList<>();
    for (String file : files.isEmpty() ? List.of("-") : files) {
      inputs.add(Input.of(file, io.in()));
    }
    // Each entry is waited for, so nothing has to be written before it is synced.
    WalOptions options = WalOptions.builder().flushPolicy(FlushPolicy.manual()).build();
    try (LogLocation log = LogLocation.of(given, io)) {
      FsOptions creation = CreationOptions.of(given, log, this::warn);
      append(
          WalWriter.open(log.forAppending(creation), LineCodec.INSTANCE, options), inputs, given);
    }
    return ExitStatus.OK;
  }

  private void warn(String warning) {
    io.say("durability append: " + warning);
  }

  private void append(WalWriter<byte[]> writer, List<Input> inputs, ParseResult given)
      throws IOException {
    tellWhatWasCut(writer.recovered());
    AckOutput acks =
        new AckOutput(given.hasMatchedOption(ACKS) ? io.out() : OutputStream.nullOutputStream());
    try (Progress progress = Progress.start(io, "append", bytes(inputs))) {
      byte separator = (byte) (given.hasMatchedOption(NUL) ? 0 : '\n');
      Records records =
          new Records(inputs, separator, WalOptions.defaults().entryBytesMax(), progress);
      append(writer, new AppendPipeline(writer, records, acks), progress);
    }
  }

  private void append(WalWriter<byte[]> writer, AppendPipeline pipeline, Progress progress)
      throws IOException {
    long start = System.nanoTime();
    try (writer) {
      io.termination().onRequest(pipeline::stop);
      pipeline.run();
    } finally {
      double seconds = (System.nanoTime() - start) / 1e9;
      progress.close(); // before the next line
      io.err().println(summary(pipeline.lastAcknowledgedId(), pipeline.acknowledged(), seconds));
    }
  }

  private static String summary(long lastId, long count, double seconds) {
    String last = lastId == 0 ? "none" : Long.toString(lastId);
    if (count == 0) {
      return "last acknowledged entry: " + last + " (nothing was appended)";
    }
    return String.format(
        Locale.ROOT,
        "last acknowledged entry: %s (%d %s in %.2f s, %.0f entries/s)",
        last,
        count,
        count == 1 ? "entry" : "entries",
        seconds,
        count / seconds);
  }

  private void tellWhatWasCut(LogReport found) {
    LogReport.@Nullable Position cut = found.cut();
    if (found.verdict() != Verdict.CLEAN && cut != null) {
      io.say(
          "durability append: cut "
              + cut.file()
              + " at offset "
              + cut.offset()
              + ", after entry "
              + found.intact()
              + "; what was cut is kept in quarantine: "
              + found.reason());
    }
  }

  /** How much there is to read, -1 if that is unknown. */
  private static long bytes(List<Input> inputs) {
    long sum = 0;
    for (Input input : inputs) {
      if (input.bytes() < 0) {
        return -1;
      }
      sum += input.bytes();
    }
    return sum;
  }
}
