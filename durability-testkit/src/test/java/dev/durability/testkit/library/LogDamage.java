package dev.durability.testkit.library;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.format.DocumentedReader;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.testkit.CrashDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Damages what a crash left as no crash does, and looks whether the library says so: CORRUPT
 * whenever a promise that survives exceeds what is intact, by a reader that shares no code with it;
 * and then opening refuses and changes nothing.
 */
final class LogDamage {
  private static final WalOptions OPTIONS = WalOptions.builder().preallocatedBytesMax(0).build();

  /** The damaged states that are CORRUPT, told apart as crash states are. */
  private static final Set<Long> CORRUPT = ConcurrentHashMap.newKeySet();

  private LogDamage() {}

  /** How many damaged states there were that differ and are CORRUPT. */
  static int corruptStates() {
    return CORRUPT.size();
  }

  static void strike(CrashDirectory honest, long seed) throws IOException {
    Random random = new Random(seed);
    CrashDirectory disk = honest.copy();
    List<String> segments =
        disk.list("wal").stream().filter(name -> name.endsWith(".wal")).toList();
    int victim = random.nextBoolean() ? segments.size() - 1 : random.nextInt(segments.size());
    String path = "wal/" + segments.get(victim);
    if (random.nextInt(8) == 0) {
      path = checkpoint(disk, random, path);
    }
    int size = LogShape.read(disk, path).length;
    int at = random.nextInt(Math.max(1, size));
    switch (random.nextInt(6)) {
      case 0 -> disk.delete(path);
      case 1 -> disk.damage(path, at / 512 * 512L, new byte[Math.min(512, size - at / 512 * 512)]);
      case 2 -> flip(disk, path, at);
      case 3 -> disk.resume(path, at).truncate(at);
      case 4 -> exchangeHeader(disk, path, random.nextBoolean());
      default -> {
        byte[] other = LogShape.read(disk, "wal/" + segments.get(0));
        int from = random.nextInt(other.length) / 512 * 512;
        int length = Math.min(512, other.length - from);
        disk.damage(path, at / 512 * 512L, Arrays.copyOfRange(other, from, from + length));
      }
    }
    judge(disk);
  }

  /** A checkpoint, if there is one. */
  private static String checkpoint(CrashDirectory disk, Random random, String otherwise)
      throws IOException {
    List<String> checkpoints =
        disk.exists("checkpoints")
            ? disk.list("checkpoints").stream().filter(name -> name.endsWith(".ckpt")).toList()
            : List.of();
    return checkpoints.isEmpty()
        ? otherwise
        : "checkpoints/" + checkpoints.get(random.nextInt(checkpoints.size()));
  }

  /** A whole header, but of another log, or behind another segment. */
  private static void exchangeHeader(CrashDirectory disk, String path, boolean otherLog)
      throws IOException {
    FileType type = path.endsWith(".wal") ? FileType.SEGMENT : FileType.CHECKPOINT;
    FileHeader header;
    try {
      header = FileHeader.decode(ByteBuffer.wrap(LogShape.read(disk, path)), type, path);
    } catch (BadHeaderException damaged) {
      return;
    }
    FileHeader other =
        new FileHeader(
            type,
            otherLog ? new UUID(7, 7) : header.logId(),
            header.segmentId(),
            header.firstEntryId(),
            header.createdMicros(),
            otherLog ? header.previousSalt() : header.previousSalt() + 1,
            header.flags(),
            header.salt());
    disk.damage(path, 0, other.encode().array());
  }

  private static void flip(CrashDirectory disk, String path, int at) throws IOException {
    byte[] all = LogShape.read(disk, path);
    if (all.length > 0) {
      disk.damage(path, at, new byte[] {(byte) (all[at] ^ 4)});
    }
  }

  private static void judge(CrashDirectory disk) throws IOException {
    if (disk.list("wal").stream().noneMatch(name -> name.endsWith(".wal"))) {
      return;
    }
    LogReport report = WalMaintenance.verify(disk);
    requireSame(DocumentedReader.readLog(LogShape.files(disk)), report);
    if (report.verdict() != Verdict.CORRUPT) {
      return;
    }
    CORRUPT.add(LogShape.of(disk));
    Map<String, byte[]> before = LogShape.files(disk);
    try (WalWriter<byte[]> opened = WalWriter.open(disk, Codecs.bytes(), OPTIONS)) {
      throw new AssertionError("a corrupt log is opened: " + report + " " + opened.recovered());
    } catch (CorruptLogException refused) {
      Map<String, byte[]> after = LogShape.files(disk);
      before.keySet().removeIf(name -> name.endsWith(".tmp")); // Worth nothing, and may go.
      after.keySet().removeIf(name -> name.endsWith(".tmp"));
      boolean unchanged =
          before.keySet().equals(after.keySet())
              && before.entrySet().stream()
                  .allMatch(each -> Arrays.equals(each.getValue(), after.get(each.getKey())));
      if (!unchanged) {
        throw new AssertionError("a corrupt log was changed: " + disk.trace(), refused);
      }
    }
  }

  static void requireSame(DocumentedReader.Result documented, LogReport report) {
    boolean same =
        documented.verdict().equals(report.verdict().name())
            && documented.covered() == report.covered();
    if (report.verdict() != Verdict.CORRUPT) {
      same &= documented.intact() == report.intact() && documented.promised() == report.promised();
    }
    if (!same) {
      throw new AssertionError(
          "the page of the format says "
              + documented.verdict()
              + " intact "
              + documented.intact()
              + " covered "
              + documented.covered()
              + " promised "
              + documented.promised()
              + ", the library "
              + report);
    }
  }
}
