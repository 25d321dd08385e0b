package dev.durability.cli;

import dev.durability.cli.bench.Bench;
import dev.durability.cli.bench.BenchResult;
import dev.durability.cli.bench.JsonReport;
import dev.durability.cli.bench.PercentilePlot;
import dev.durability.cli.bench.TextReport;
import dev.durability.errors.OutcomeOpenException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability bench}. */
final class BenchCommand implements Command {
  private static final String JSON = "--json";
  private static final String PLOT = "--plot";
  private static final String SECONDS = "--seconds";
  private static final int SECONDS_DEFAULT = 30;

  private final CommandIo io;
  private volatile boolean stopping;

  BenchCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "bench",
            "Measure a disk, and a log on it.",
            "Measures how long the disk takes to store something, says whether that can be"
                + " believed, and measures how fast entries are appended and read, compared with"
                + " bare loops that do only what the disk and the memory must do. The ratios are"
                + " the result.",
            "",
            "It works in a new directory in DIR, which it removes at the end; it takes up to 1"
                + " GiB of room. If DIR is missing, it is made, and removed, too. Nothing else"
                + " is touched. Let the machine do nothing else meanwhile: all processes share"
                + " the disk.");
    spec.addPositional(
        CommandSyntax.optionalDirectory(
            "A directory on the disk to measure; the current directory by default."));
    spec.addOption(
        OptionSpec.builder(SECONDS)
            .type(Integer.class)
            .paramLabel("N")
            .description("About how long to measure. " + SECONDS_DEFAULT + " by default.")
            .build());
    spec.addOption(
        OptionSpec.builder(PLOT)
            .type(String.class)
            .paramLabel("FILE")
            .description("Also draw the latencies by percentile, as an SVG file.")
            .build());
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability bench",
            "  durability bench --plot latencies.svg /var/lib/app",
            "  durability bench --seconds 10 --json | jq -r .disk.verdict"),
        "0",
        "it was measured, whatever came out",
        "3",
        "it could not be measured: no room, not writable, wrong usage",
        "130, 143",
        "ended by SIGINT or SIGTERM; everything is removed");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    int seconds = given.matchedOptionValue(SECONDS, SECONDS_DEFAULT);
    if (seconds < 1) {
      throw new UsageException(SECONDS + " must be at least 1");
    }
    Path directory = Path.of(given.matchedPositionalValue(0, "."));
    refuseIfUnfit(directory);
    String plot = given.matchedOptionValue(PLOT, null);
    boolean isNewPlot = plot != null && openPlot(plot);
    BenchResult result = null;
    try {
      result = measure(directory, seconds);
    } finally {
      if (result == null && isNewPlot) {
        Files.deleteIfExists(Path.of(plot));
      }
    }
    if (result == null) {
      return ExitStatus.FAILED; // The signal determines the status.
    }
    io.out()
        .write(
            given.hasMatchedOption(JSON)
                ? JsonReport.of(result)
                : TextReport.of(result, io.textColumns()).getBytes(StandardCharsets.US_ASCII));
    io.out().flush();
    if (plot != null) {
      writePlot(plot, PercentilePlot.of(result));
    }
    return ExitStatus.OK;
  }

  private void refuseIfUnfit(Path directory) throws IOException {
    Path present = directory;
    while (Files.notExists(present)) {
      Path parent = present.toAbsolutePath().getParent();
      if (parent == null) {
        throw new NoSuchFileException(directory.toString());
      }
      present = parent;
    }
    if (!Files.readAttributes(present, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(present.toString());
    }
    long room = Files.getFileStore(present).getUsableSpace();
    if (room < Bench.roomBytes()) {
      throw new FileSystemException(
          directory.toString(),
          null,
          "not enough room: measuring takes up to "
              + mebibytes(Bench.roomBytes())
              + ", and "
              + mebibytes(room)
              + " are free");
    }
    if (!present.equals(directory)) {
      io.err()
          .println(
              "durability bench: "
                  + directory
                  + " is missing: it is made on the disk of "
                  + present
                  + ", and removed at the end");
    }
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }

  /** Checks before measuring that the plot can be written. Returns whether the file is new. */
  private static boolean openPlot(String plot) throws IOException {
    boolean isNew = !Files.exists(Path.of(plot));
    OutputStream appending = new FileOutputStream(plot, true);
    appending.close();
    return isNew;
  }

  private void writePlot(String plot, String svg) throws IOException {
    try (OutputStream out = new FileOutputStream(plot)) {
      out.write(svg.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IOException("cannot write " + plot + ": " + e.getMessage(), e);
    }
    io.err().println("durability bench: the latencies are drawn in " + plot);
  }

  /** Returns null if the user asked to stop. */
  private @Nullable BenchResult measure(Path directory, int seconds) throws IOException {
    io.termination().onRequest(() -> stopping = true);
    try (TemporaryDirectory temporary = newDirectory(directory);
        Progress progress = Progress.ofSteps(io, "bench", "s", seconds)) {
      progress.say("preparing");
      try (Bench bench = new Bench(temporary.path(), () -> stopping)) {
        long start = System.nanoTime();
        BenchResult result =
            bench.run(
                seconds,
                title -> {
                  progress.reach((System.nanoTime() - start) / 1_000_000_000);
                  progress.say(title);
                });
        return stopping ? null : result;
      }
    } catch (OutcomeOpenException e) {
      // These entries do not matter, only what the disk said.
      throw new IOException("the disk could not be written while it was measured", e.getCause());
    }
  }

  private static TemporaryDirectory newDirectory(Path directory) throws IOException {
    try {
      return TemporaryDirectory.in(directory, "durability-bench-");
    } catch (FileSystemException e) {
      String why = e.getReason() == null ? "permission denied" : e.getReason();
      FileSystemException failure =
          new FileSystemException(directory.toString(), null, "cannot write here: " + why);
      failure.initCause(e);
      throw failure;
    }
  }
}
