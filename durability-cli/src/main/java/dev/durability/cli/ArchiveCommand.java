package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.archive.ArchiveConflictException;
import dev.durability.archive.ArchiveOptions;
import dev.durability.archive.ArchiveStatus;
import dev.durability.archive.ArchiveStore;
import dev.durability.archive.Archiver;
import dev.durability.archive.Backup;
import dev.durability.archive.Retention;
import dev.durability.errors.CorruptLogException;
import dev.durability.storage.Directory;
import dev.durability.wal.WalHolds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability archive}. */
final class ArchiveCommand implements Command {
  private static final String TO = "--to";
  private static final String ONCE = "--once";
  private static final String INTERVAL = "--interval";
  private static final String HOLD = "--hold";
  private static final String KEEP_CHECKPOINTS = "--keep-checkpoints";
  private static final String KEEP_DAYS = "--keep-days";
  private static final String HOLDER = "archive";
  private static final long HOLD_HOURS = 24;
  private static final long REPORT_SECONDS = 10;

  private final CommandIo io;

  ArchiveCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "archive",
            "Copy a log that is being written into an archive, all the time.",
            "Copies segments that ended, checkpoints, and every second the end of the log, into an"
                + " archive from which 'durability restore' brings back any moment. It runs until"
                + " it is ended, beside the program that writes the log.",
            "",
            ArchivePlace.LOCATIONS,
            "",
            "What is not archived yet is not removed from the log: a file in DIR/holds says so to"
                + " the program that writes it. While the store cannot be reached, the log grows,"
                + " and what is missing is archived later.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(ArchivePlace.of(TO, "Where the archive is."));
    spec.addOption(CommandSyntax.flag("Archive what is there now, and end.", ONCE));
    spec.addOption(
        ArchivePlace.number(
            INTERVAL, "MILLIS", "How often the end of the log is archived. 1000 by default."));
    spec.addOption(
        ArchivePlace.number(
            HOLD,
            "HOURS",
            "How long the log keeps what is not archived after this program ended. 24 by"
                + " default."));
    spec.addOption(
        ArchivePlace.number(
            KEEP_CHECKPOINTS,
            "N",
            "Remove from the archive what lies before the oldest of so many checkpoints."));
    spec.addOption(
        ArchivePlace.number(
            KEEP_DAYS, "DAYS", "But keep each moment of so many days. Needs the option before."));
    spec.addOption(
        CommandSyntax.flag("Print the state as a JSON object per line.", ArchivePlace.JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability archive mylog --to /mnt/backup/mylog",
            "  durability archive mylog --to s3://bucket/mylog --keep-checkpoints 7",
            "  durability archive mylog --to s3://bucket/mylog --once"),
        "0",
        "all that the log holds is archived",
        "2",
        "the log or the archive is damaged",
        "3",
        "any other failure: another archiver took over, the store cannot be reached, wrong usage");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    boolean json = given.hasMatchedOption(ArchivePlace.JSON);
    ArchiveOptions options = options(given);
    try (LogLocation location = LogLocation.of(given, io)) {
      ArchivePlace.requireOutside(location, given.matchedOptionValue(TO, ""));
      return run(given, location, options, json);
    }
  }

  private int run(ParseResult given, LogLocation location, ArchiveOptions options, boolean json)
      throws IOException {
    try (ArchiveStore store = ArchivePlace.open(given, TO)) {
      Directory log = location.forWriting();
      Archiver archiver = Archiver.of(log, store, options);
      if (given.hasMatchedOption(ONCE)) {
        once(archiver, log);
      } else {
        run(archiver, json);
      }
      archiver.close();
      report(archiver.status(), json);
      return ExitStatus.OK;
    }
  }

  /** A refusal leaves no hold: nobody comes to archive what it holds back. */
  private static void once(Archiver archiver, Directory log) throws IOException {
    boolean isHeldBefore =
        WalHolds.list(log, Instant.now()).stream().anyMatch(each -> each.holder().equals(HOLDER));
    try {
      boolean unused = archiver.step();
      Backup.requireIntact(log);
    } catch (CorruptLogException damaged) {
      if (!isHeldBefore) {
        boolean unused = WalHolds.release(log, HOLDER);
      }
      throw damaged;
    }
  }

  private static ArchiveOptions options(ParseResult given) {
    try {
      ArchiveOptions options =
          ArchiveOptions.defaults()
              .name(HOLDER)
              .interval(Duration.ofMillis(given.matchedOptionValue(INTERVAL, 1000L)))
              .holdFor(Duration.ofHours(bounded(given.matchedOptionValue(HOLD, HOLD_HOURS))));
      long days = bounded(given.matchedOptionValue(KEEP_DAYS, 0L));
      if (given.hasMatchedOption(KEEP_CHECKPOINTS)) {
        long count = given.matchedOptionValue(KEEP_CHECKPOINTS, 1L);
        return options.retention(
            new Retention((int) Math.min(count, Integer.MAX_VALUE), Duration.ofDays(days)));
      }
      if (given.hasMatchedOption(KEEP_DAYS)) {
        throw new UsageException(KEEP_DAYS + " needs " + KEEP_CHECKPOINTS);
      }
      return options;
    } catch (IllegalArgumentException wrong) {
      throw new UsageException(String.valueOf(wrong.getMessage()));
    }
  }

  /** No number of hours or days is too large for a duration, or too small. */
  private static long bounded(long number) {
    return Math.max(-1, Math.min(number, Integer.MAX_VALUE));
  }

  private void run(Archiver archiver, boolean json) throws IOException {
    CountDownLatch stop = new CountDownLatch(1);
    io.termination().onRequest(stop::countDown);
    archiver.start();
    try {
      while (!stop.await(REPORT_SECONDS, TimeUnit.SECONDS)) {
        ArchiveStatus status = archiver.status();
        if (status.failure() instanceof ArchiveConflictException conflict) {
          throw conflict;
        }
        if (json || status.failure() != null) {
          report(status, json);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void report(ArchiveStatus status, boolean json) throws IOException {
    if (json) {
      io.out().write(json(status));
      io.out().flush();
      return;
    }
    Throwable failure = status.failure();
    ArchivePlace.print(
        io,
        "archived up to entry "
            + status.archivedEntryId()
            + "; behind by "
            + status.bytesBehind()
            + " bytes and "
            + status.behind().toSeconds()
            + " s"
            + (failure == null ? "" : ": " + Failures.line(failure)));
  }

  /** Programs read its keys, so they are fixed. */
  private static byte[] json(ArchiveStatus status) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("timeline", status.timeline());
      json.writeNumberField("archived", status.archivedEntryId());
      json.writeNumberField("bytesBehind", status.bytesBehind());
      json.writeNumberField("secondsBehind", status.behind().toMillis() / 1e3);
      json.writeNumberField("objects", status.objects());
      json.writeNumberField("bytes", status.bytes());
      Throwable failure = status.failure();
      json.writeStringField("failure", failure == null ? null : Failures.line(failure));
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }
}
