package dev.durability.fuzz;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.errors.LogCutException;
import dev.durability.format.DocumentedReader;
import dev.durability.log.LogReport;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.Salvage;
import dev.durability.salvage.SalvageTarget;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Any files of a log: the library and the reader that was written from the page judge them alike,
 * reading follows the verdict, and opening refuses and changes nothing, or keeps what is intact.
 */
public final class LogFuzz {
  /** Bytes, whatever the log says of them. */
  private static final Codec<byte[]> ANY_SCHEMA =
      Codecs.bytes(Schema.of("application/octet-stream", new byte[0]));

  private static final WalOptions SMALL =
      WalOptions.builder().bufferBytes(4096).preallocatedBytesMax(0).build();

  private LogFuzz() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    Heap.bounded(
        MeteredDirectory.HEAP_BYTES_MAX,
        () -> {
          try {
            judge(input);
          } catch (FileSystemException unreadable) {
            // What a CHECKPOINT names and cannot be read is an error and no verdict; here, a
            // folder.
            Checks.that(
                String.valueOf(unreadable.getReason()).contains("it is a directory"),
                "failed: " + unreadable);
          }
        });
  }

  private static void judge(byte[] input) throws IOException {
    Map<String, byte[]> files = LogDraft.files(input);
    MeteredDirectory directory = MeteredDirectory.of(files);
    LogReport report = verify(directory);
    directory.assertCheap("verifying");
    String other = sameAsThePageSays(files, report);
    List<Long> ids = read(directory, report, other, ReplayMode.PREFIX);
    directory.assertCheap("reading");
    read(directory, report, other, ReplayMode.STRICT);
    maintain(directory);
    directory.assertCheap("asking");
    salvage(directory);
    directory.assertCheap("salvaging");
    open(directory, report, ids.isEmpty() ? 0 : ids.get(ids.size() - 1));
    directory.assertCheap("opening");
  }

  /** Null for a version that is not known. */
  private static @Nullable LogReport verify(Directory directory) throws IOException {
    try {
      return WalMaintenance.verify(directory);
    } catch (FormatException otherVersion) {
      return null;
    }
  }

  /** Returns what is of another version, or "" if nothing that has to be read is. */
  private static String sameAsThePageSays(Map<String, byte[]> files, @Nullable LogReport report)
      throws IOException {
    Path place = Scratch.with(files);
    DocumentedReader.Result page;
    try {
      page = DocumentedReader.readLog(place);
    } catch (DocumentedReader.OtherVersion otherVersion) {
      if (report != null) {
        throw new AssertionError(
            "of another version, and the library says " + report, otherVersion);
      }
      return otherVersion.file();
    }
    if (report == null) {
      throw new AssertionError("the library knows another version, the page says " + page);
    }
    Checks.same(report.verdict().name(), page.verdict(), "the verdict");
    Checks.same(report.covered(), page.covered(), "covered");
    Checks.same(report.intact(), page.intact(), "intact");
    Checks.same(report.promised(), page.promised(), "promised");
    return "";
  }

  private static List<Long> read(
      Directory directory, @Nullable LogReport report, String other, ReplayMode mode)
      throws IOException {
    List<Long> ids = new ArrayList<>();
    // Reading from entry 1 on looks at no checkpoint that contains no more than is intact.
    boolean isCheckpoint = !other.isEmpty() && !other.startsWith("wal/");
    try {
      WalReader.of(directory, Codecs.bytes(), mode)
          .replay(1, Long.MAX_VALUE, (id, entry) -> ids.add(id));
      Checks.that(report != null || isCheckpoint, "read although the version is not known");
      Checks.that(report == null || report.verdict() != Verdict.CORRUPT, "read although " + report);
      Checks.that(
          report == null || mode == ReplayMode.PREFIX || report.verdict() == Verdict.CLEAN,
          "read strictly although " + report);
    } catch (CorruptLogException refused) {
      Checks.that(
          report == null ? isCheckpoint : isCorruptFromItsStart(report),
          "refused although " + report);
    } catch (FormatException otherVersion) {
      Checks.that(report == null || report.covered() > 0, "of another version although " + report);
    } catch (DurabilityException refused) {
      // Whoever asks for entry 1 of a log that starts after it, or was begun anew after it, is
      // refused before any version is met.
      Checks.that(
          mode == ReplayMode.STRICT
              || report != null
              || refused instanceof LogCutException
              || startsBehindTheFirstEntry(directory),
          "refused, " + refused + ": " + report);
    }
    for (int i = 1; i < ids.size(); i++) {
      Checks.that(ids.get(i) > ids.get(i - 1), "not in order: " + ids);
    }
    return ids;
  }

  private static boolean startsBehindTheFirstEntry(Directory directory) throws IOException {
    return directory.list("wal").stream().noneMatch(name -> name.endsWith("00001.wal"));
  }

  /** Reading from entry 1 on starts at the first segment, which the verdict may not look at. */
  private static boolean isCorruptFromItsStart(LogReport report) {
    return report.verdict() == Verdict.CORRUPT || report.covered() > 0;
  }

  private static void maintain(Directory directory) throws IOException {
    try {
      WalMaintenance.segments(directory);
      WalMaintenance.checkpoints(directory);
      WalMaintenance.firstEntryId(directory);
      WalMaintenance.lastEntryAt(directory, Instant.EPOCH.plusMillis(5));
    } catch (DurabilityException refused) {
      // CORRUPT, or another version.
    }
  }

  /** Each log that is written is read once more, and has to be whole. */
  private static void salvage(Directory directory) throws IOException {
    SalvageTarget target =
        new SalvageTarget() {
          private long due = 1;

          @Override
          public Directory begin(String source, long firstEntryId) {
            return new MemoryDirectory();
          }

          @Override
          public void written(SalvagedStretch stretch) {
            Checks.that(
                stretch.firstEntryId() >= due || stretch.entries() == 0, "again " + stretch);
            due = Math.max(due, stretch.lastEntryId() + 1);
          }

          @Override
          public void missing(MissingEntries entries) {
            Checks.that(entries.firstEntryId() >= due, "there, and missing: " + entries);
            Checks.that(entries.lastEntryId() >= entries.firstEntryId(), "nothing: " + entries);
          }

          @Override
          public void remains(EndRemains end) {
            Checks.that(end.bytes() > 0 && end.lastEntryId() >= due - 1, "no end: " + end);
          }

          @Override
          public void leftOut(LeftOutFile file) {}
        };
    try {
      Salvage.of(directory, target).run();
    } catch (NoSuchFileException | FormatException nothingToSalvage) {
      // Not even a checkpoint, or all of another version.
    }
  }

  private static void open(MeteredDirectory directory, @Nullable LogReport report, long last)
      throws IOException {
    Map<String, ByteBuffer> before = directory.contents();
    try (WalWriter<byte[]> log = WalWriter.open(directory, ANY_SCHEMA, SMALL)) {
      Checks.that(
          report != null && report.verdict() != Verdict.CORRUPT, "opened although " + report);
      Checks.same(log.recovered().intact(), report.intact(), "intact when opened");
      Checks.that(
          last <= report.intact() || report.covered() > 0, "read up to " + last + " of " + report);
      if (report.intact() < Long.MAX_VALUE - 2) {
        Checks.same(log.appendDurable(new byte[3]), report.intact() + 1, "the next id");
      }
    } catch (DurabilityException refused) {
      Checks.that(
          report == null || report.verdict() == Verdict.CORRUPT || refusesForOtherReason(report),
          "refused, " + refused + ": " + report);
      Checks.same(directory.contents(), before, "what a refused opening left");
      return;
    }
    LogReport after = WalMaintenance.verify(directory);
    Checks.same(after.verdict(), Verdict.CLEAN, "after opening and closing, " + after);
  }

  private static boolean refusesForOtherReason(LogReport report) {
    return report.segments() == 0 && report.covered() > 0;
  }
}
