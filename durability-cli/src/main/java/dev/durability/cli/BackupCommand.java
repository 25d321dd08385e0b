package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.archive.ArchiveOptions;
import dev.durability.archive.ArchiveStatus;
import dev.durability.archive.ArchiveStore;
import dev.durability.archive.Archiver;
import dev.durability.archive.Backup;
import dev.durability.archive.BackupReport;
import dev.durability.errors.CorruptLogException;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalHolds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code durability backup}. */
final class BackupCommand implements Command {
  private static final String TO = "--to";
  private static final long HOLD_HOURS = 24;

  private final CommandIo io;

  BackupCommand(CommandIo io) {
    this.io = io;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        CommandSyntax.command(
            this,
            "backup",
            "Make one consistent copy of a log, which may be in use.",
            "A plain copy of the files of a log in use may be of no use. This copy has all that was"
                + " acknowledged when the command began, up to the last 10 ms. While it is made,"
                + " nothing is removed from the log.",
            "",
            "Into a directory it makes a log, which must not be there yet. Into"
                + " s3://BUCKET/PREFIX it makes an archive of one moment, from which 'durability"
                + " restore' makes a log.");
    spec.addPositional(CommandSyntax.directory());
    LogLocation.addOption(spec);
    spec.addOption(ArchivePlace.of(TO, "An empty or new directory, or s3://BUCKET/PREFIX."));
    spec.addOption(CommandSyntax.flag("Print one JSON object, on one line.", ArchivePlace.JSON));
    CommandSyntax.endOfHelp(
        spec,
        List.of(
            "  durability backup mylog --to /mnt/backup/mylog-monday",
            "  durability backup mylog --to s3://bucket/mylog"),
        "0",
        "the copy is there, durable, and was read to its end",
        "2",
        "the log is damaged",
        "3",
        "any other failure: not a log, the directory is not empty, wrong usage");
    return spec;
  }

  @Override
  public int run(ParseResult given) throws IOException {
    try (LogLocation location = LogLocation.of(given, io)) {
      String to = given.matchedOptionValue(TO, "");
      ArchivePlace.requireOutside(location, to);
      Directory log = location.forWriting();
      boolean json = given.hasMatchedOption(ArchivePlace.JSON);
      if (ArchivePlace.isAddress(to)) {
        toArchive(log, to, json);
      } else {
        toDirectory(log, to, json);
      }
      return ExitStatus.OK;
    }
  }

  private void toDirectory(Directory log, String to, boolean json) throws IOException {
    BackupReport report;
    Path target = Path.of(to);
    boolean isNew = !Files.exists(target);
    try (ArchivePlace.Bar bar = new ArchivePlace.Bar()) {
      report =
          Backup.copy(
              log,
              FsDirectory.open(target),
              Clock.systemUTC(),
              ArchivePlace.shown(io, "backup", bar));
    } catch (CorruptLogException damaged) {
      removeEmpty(target, isNew);
      throw damaged;
    }
    report(report.lastEntryId(), report.bytes(), json);
  }

  /** What looks like a log without entries is no backup. */
  private static void removeEmpty(Path target, boolean isNew) throws IOException {
    for (String part : List.of("wal", "checkpoints")) {
      removeIfEmpty(target.resolve(part));
    }
    if (isNew) {
      removeIfEmpty(target);
    }
  }

  private static void removeIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException someoneElses) {
      // What is in it stays.
    }
  }

  private void toArchive(Directory log, String to, boolean json) throws IOException {
    String name = String.format(Locale.ROOT, "backup-%08x", ThreadLocalRandom.current().nextInt());
    try (ArchiveStore store = ArchivePlace.open(to)) {
      Backup.requireIntact(log); // Before it: a restore takes the timeline that was begun last.
      ArchiveOptions options =
          ArchiveOptions.defaults().name(name).holdFor(Duration.ofHours(HOLD_HOURS));
      ArchiveStatus status;
      try {
        Archiver archiver = Archiver.of(log, store, options);
        boolean unused = archiver.step();
        status = archiver.status();
      } finally {
        boolean unused = WalHolds.release(log, name);
      }
      report(status.archivedEntryId(), status.bytes(), json);
    }
  }

  private void report(long lastId, long bytes, boolean asJson) throws IOException {
    if (!asJson) {
      ArchivePlace.print(io, "copied up to entry " + lastId + ", " + bytes + " bytes");
      return;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
      json.writeStartObject();
      json.writeNumberField("last", lastId);
      json.writeNumberField("bytes", bytes);
      json.writeEndObject();
      json.writeRaw('\n');
    }
    io.out().write(line.toByteArray());
    io.out().flush();
  }
}
