package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.errors.CorruptLogException;
import dev.durability.rust.CrateLog;
import dev.durability.rust.CrateReading;
import dev.durability.rust.CrateReport;
import dev.durability.rust.CrateVerdict;
import dev.durability.rust.LeftOut;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;

/** What {@code verify}, {@code stats} and {@code cat} do with a log of the Rust crate. */
final class CrateCommands {
  static final CrateReading READING = CrateReading.bestEffort().acceptingNewerChecksums();

  private CrateCommands() {}

  /** {@code verify}. */
  static int verify(CommandIo io, Path path, boolean asJson) throws IOException {
    Directory directory = FsDirectory.openForReading(path);
    CrateReport report;
    try (Progress progress = Progress.start(io, "verify", CrateDirectory.bytes(directory))) {
      report = CrateLog.in(new MeteredDirectory(directory, progress), READING).verify();
    }
    io.out()
        .write(asJson ? CrateReportText.jsonOf(report) : io.wrapped(CrateReportText.of(report)));
    io.out().flush();
    return status(report.verdict());
  }

  private static int status(CrateVerdict verdict) {
    return switch (verdict) {
      case CLEAN -> ExitStatus.OK;
      case TORN, AMBIGUOUS -> ExitStatus.TORN;
      case CORRUPT -> ExitStatus.CORRUPT;
    };
  }

  /** {@code stats}. */
  static int stats(CommandIo io, Path path, boolean asJson, Instant now) throws IOException {
    Directory directory = FsDirectory.openForReading(path);
    CrateLook look;
    long bytes = 2 * CrateDirectory.bytes(directory);
    try (Progress progress = Progress.start(io, "stats", bytes)) {
      look = CrateLook.at(path, new MeteredDirectory(directory, progress), now);
    }
    io.out().write(asJson ? CrateReportText.jsonOf(look) : io.wrapped(look.text()));
    io.out().flush();
    return status(look.report().verdict());
  }

  /**
   * {@code cat}: the intact entries. What is not printed is said, because the crate's files do not
   * tell whether it was promised.
   */
  static void cat(
      CommandIo io,
      Path path,
      Codec<byte[]> codec,
      EntryChoice choice,
      boolean follows,
      WalReplay<byte[]> out)
      throws IOException {
    if (follows) {
      throw new UsageException("--follow does not go with a log of the Rust crate");
    } else if (choice.hasTimes()) {
      throw new UsageException(
          "--since and --until do not go with a log of the Rust crate: its files have no times");
    }
    long to = choice.to();
    Directory directory = FsDirectory.openForReading(path);
    CrateLog log = CrateLog.in(directory, READING);
    CrateReport report = log.verify();
    boolean wantsAll = to == Long.MAX_VALUE || Long.compareUnsigned(report.lastEntryId(), to) < 0;
    long last = wantsAll ? report.lastEntryId() : to;
    long from = firstOf(choice, last - report.firstEntryId() + 1, last);
    var unused =
        log.replay(
            last,
            (id, payload) -> {
              if (Long.compareUnsigned(id, from) >= 0) {
                out.entry(id, codec.decode(ByteBuffer.wrap(payload)));
              }
            });
    if (wantsAll) {
      sayWhatIsLeftOut(io, report);
    }
  }

  /** The ids are unsigned. */
  private static long firstOf(EntryChoice choice, long entries, long last) {
    return choice.last() == 0 || Long.compareUnsigned(choice.last(), entries) >= 0
        ? choice.from()
        : last - choice.last() + 1;
  }

  private static void sayWhatIsLeftOut(CommandIo io, CrateReport report) throws IOException {
    for (LeftOut each : report.leftOut()) {
      if (report.verdict() == CrateVerdict.CORRUPT) {
        throw new CorruptLogException(
            each.reason(), each.file(), each.offset(), 0, 0, report.checksum());
      }
      io.err()
          .println(
              "not printed: "
                  + each.file()
                  + " at offset "
                  + each.offset()
                  + ", "
                  + each.bytes()
                  + " bytes: "
                  + each.reason());
    }
  }
}
