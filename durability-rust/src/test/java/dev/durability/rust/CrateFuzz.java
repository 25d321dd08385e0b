package dev.durability.rust;

import com.sun.management.ThreadMXBean;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Any files of the crate: the input is a program that builds them, with right checksums where it
 * does not spoil them. Reading gives entries and a verdict that agree with each other, or an
 * exception that is declared, and takes no memory that the files do not justify.
 */
public final class CrateFuzz {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long HEAP_BYTES_MAX = 24 << 20;

  private CrateFuzz() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    judge(input);
    if (THREADS.getCurrentThreadAllocatedBytes() - before > HEAP_BYTES_MAX) {
      before = THREADS.getCurrentThreadAllocatedBytes(); // Classes may have been loaded.
      judge(input);
      check(THREADS.getCurrentThreadAllocatedBytes() - before <= HEAP_BYTES_MAX, "memory");
    }
  }

  static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static void judge(byte[] input) throws IOException {
    Map<String, byte[]> files = files(ByteBuffer.wrap(input));
    log(files);
    for (String path : files.keySet()) {
      other(files, path);
    }
    recovery(files);
  }

  /** The files that a script makes. */
  static Map<String, byte[]> files(ByteBuffer script) {
    Map<String, byte[]> files = new TreeMap<>();
    while (script.hasRemaining() && files.size() < 6) {
      int kind = next(script) % 4;
      switch (kind) {
        case 0, 1 -> {
          long id = next(script) % 4;
          files.put(
              "wal/wal_" + (next(script) % 8 == 7 ? "0" : "") + id + ".log", segment(script, id));
        }
        case 2 -> files.put("checkpoints/" + next(script) % 2, checkpoint(script));
        default -> files.put("records", records(script));
      }
    }
    return files;
  }

  static int next(ByteBuffer script) {
    return script.hasRemaining() ? script.get() & 0xff : 0;
  }

  private static byte[] take(ByteBuffer script, int count) {
    byte[] taken = new byte[Math.min(count, script.remaining())];
    script.get(taken);
    return taken;
  }

  private static byte[] segment(ByteBuffer script, long segmentId) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int version = 2 + next(script) % 2;
    long id = next(script);
    long due = id < 250 ? id : id - 256; // Also the last unsigned ids.
    put(bytes, CrateFormat.segmentHeader(version, due, segmentId));
    for (int steps = next(script) % 8; steps > 0; steps--) {
      switch (next(script) % 8) {
        case 0 -> bytes.writeBytes(take(script, next(script) % 32));
        case 1 -> bytes.writeBytes(new byte[next(script)]);
        case 2 -> {
          int length = script.remaining() < 4 ? 0 : script.getInt();
          put(bytes, CrateFormat.allocate(16).putInt(length).putLong(due).putInt(0).flip());
        }
        case 3 ->
            put(bytes, CrateFormat.frame(5 - version, due++, take(script, next(script) % 16)));
        case 4 -> put(bytes, CrateFormat.frame(version, next(script), new byte[0]));
        default -> put(bytes, CrateFormat.frame(version, due++, take(script, next(script) % 64)));
      }
    }
    return spoiled(bytes.toByteArray(), script);
  }

  private static byte[] checkpoint(ByteBuffer script) {
    int version = 1 + next(script) % 2;
    int id = next(script);
    byte[] payload = take(script, next(script));
    ByteBuffer header = CrateFormat.checkpointHeader(version, id, payload.length);
    CRC32 crc = CrateFormat.checkpointChecksum(version, header);
    crc.update(payload);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    put(bytes, header.putInt(24, (int) crc.getValue()));
    bytes.writeBytes(payload);
    return spoiled(bytes.toByteArray(), script);
  }

  private static byte[] records(ByteBuffer script) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    put(bytes, CrateFormat.recordLogHeader());
    for (int steps = next(script) % 8; steps > 0; steps--) {
      put(bytes, CrateFormat.record(take(script, next(script) % 32)));
    }
    return spoiled(bytes.toByteArray(), script);
  }

  private static byte[] spoiled(byte[] bytes, ByteBuffer script) {
    return switch (next(script) % 4) {
      case 0 -> Arrays.copyOf(bytes, Math.max(0, bytes.length - next(script)));
      case 1 -> {
        int at = (next(script) << 8 | next(script)) % bytes.length;
        bytes[at] ^= (byte) next(script);
        yield bytes;
      }
      default -> bytes;
    };
  }

  static void put(ByteArrayOutputStream target, ByteBuffer part) {
    byte[] copy = new byte[part.remaining()];
    part.get(copy);
    target.writeBytes(copy);
  }

  private static void log(Map<String, byte[]> files) throws IOException {
    int newest = -1;
    for (CrateVersion version : CrateVersion.values()) {
      int strict = read(files, CrateReading.strict().as(version));
      int gentle = read(files, CrateReading.bestEffort().as(version));
      int mixed = read(files, CrateReading.bestEffort().as(version).acceptingNewerChecksums());
      check(strict == gentle, "strictness changes entries");
      check(mixed >= gentle, "accepting more gives less");
      newest = gentle;
    }
    try {
      CrateReport report = CrateLog.in(new ByteFiles(files), CrateReading.strict()).verify();
      check(report.entries() == newest, "the report counts other entries");
      check(
          report.entries() == 0
              || report.lastEntryId() - report.firstEntryId() + 1 == report.entries(),
          "ids and count of the report");
      check(
          (report.verdict() == CrateVerdict.CLEAN) == report.leftOut().isEmpty(),
          "what is left out");
      for (LeftOut each : report.leftOut()) {
        check(each.bytes() >= 0 && each.offset() >= 0, "where it is left out");
      }
    } catch (FormatException otherVersion) {
      check(otherVersion.getMessage() != null, "a message");
    }
  }

  private static int read(Map<String, byte[]> files, CrateReading reading) throws IOException {
    List<byte[]> entries = new ArrayList<>();
    try {
      CrateEnding unused =
          CrateLog.in(new ByteFiles(files), reading).replay((id, payload) -> entries.add(payload));
    } catch (CorruptLogException damage) {
      check(files.containsKey(damage.file()), "the file of the damage");
      check(damage.offset() <= files.get(damage.file()).length, "its offset");
    } catch (FormatException otherVersion) {
      check(otherVersion.getMessage() != null, "a message");
    }
    return entries.size();
  }

  private static void other(Map<String, byte[]> files, String path) throws IOException {
    ByteFiles directory = new ByteFiles(files);
    for (CrateVersion version : CrateVersion.values()) {
      CrateReading reading = CrateReading.bestEffort().as(version);
      try {
        CrateCheckpoint found = CrateCheckpoint.open(directory, path, reading);
        byte[] payload = found.read(directory, Checkpoints.parser(Codecs.bytes()));
        check(payload.length == found.payloadBytes(), "the size of a payload");
      } catch (CorruptLogException | FormatException refused) {
        check(refused.getMessage() != null, "a message");
      }
      try {
        CrateEnding ending =
            CrateRecordLog.in(directory, path, reading).replay((number, record) -> {});
        check(ending.offset() + ending.bytes() == files.get(path).length, "the end of records");
      } catch (CorruptLogException | FormatException refused) {
        check(refused.getMessage() != null, "a message");
      }
    }
  }

  private static void recovery(Map<String, byte[]> files) throws IOException {
    ByteFiles source = new ByteFiles(files);
    try {
      CrateRecoverer.Recovered<IndexState> recovered =
          CrateRecoverer.ofIndex(source, CrateReading.bestEffort()).recoverLatest();
      check(recovered.state().toCheckpoint() != null, "a state");
    } catch (CorruptLogException | FormatException | CodecException refused) {
      check(refused.getMessage() != null, "a message");
    }
    SourceFiles found = SourceFiles.of(source);
    found.requireSame(SourceFiles.of(source));
    TakenCheckpoints taken = TakenCheckpoints.find(source, found.checkpoints(), Map.of(), 1, 2);
    check(
        taken.taken().stream().allMatch(each -> each.lastEntryId() == 1 || each.lastEntryId() == 2),
        "which checkpoints are taken");
  }
}
