package dev.durability.rust;

import com.sun.management.ThreadMXBean;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.log.Verdict;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Any directory of the crate is imported: files are missing, doubled, swapped, under other names,
 * and have lengths that are not there. All is taken over or named, or the import is refused with an
 * exception that is declared, and the target is untouched.
 */
public final class ImportFuzz {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long HEAP_BYTES_MAX = 64 << 20;
  private static final List<String> NAMES =
      List.of(
          "wal/wal_0.log",
          "wal/wal_1.log",
          "wal/wal_2.log",
          "wal/wal_3.log",
          "wal/wal_+2.log",
          "wal/wal_002.log",
          "wal/wal_18446744073709551615.log",
          "wal/wal_18446744073709551616.log",
          "wal/wal_-1.log",
          "wal/wal_1.log.tmp",
          "wal/.lock",
          "wal/00000000000000000001-00000000000000000001.wal",
          "checkpoints/wal_1.log",
          "checkpoints/c.chk",
          "checkpoints/00000000000000000001.ckpt",
          "elsewhere/c.chk",
          "c.chk",
          "readme");

  private ImportFuzz() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    judge(input);
    if (THREADS.getCurrentThreadAllocatedBytes() - before > HEAP_BYTES_MAX) {
      before = THREADS.getCurrentThreadAllocatedBytes(); // Classes may have been loaded.
      judge(input);
      CrateFuzz.check(
          THREADS.getCurrentThreadAllocatedBytes() - before <= HEAP_BYTES_MAX, "memory");
    }
  }

  private static void judge(byte[] input) throws IOException {
    ByteBuffer script = ByteBuffer.wrap(input);
    int how = CrateFuzz.next(script);
    Map<String, byte[]> changes = new TreeMap<>();
    Map<String, byte[]> files = new TreeMap<>();
    if (how % 2 == 0) {
      files.putAll(whole(CrateFuzz.next(script)));
      change(files, script);
    } else {
      files.putAll(CrateFuzz.files(script));
    }
    files.forEach((path, content) -> changes.put(path, content.clone()));
    MemoryDirectory target = new MemoryDirectory();
    try {
      CrateImport.Report report = prepared(how, new ByteFiles(files), target).run();
      checkTaken(files, report, target, (how & 4) == 0);
    } catch (CodecException notAnIndex) {
      CrateFuzz.check((how & 8) != 0, "only an import of an index decodes");
    } catch (CorruptLogException | FormatException | NoSuchFileException refused) {
      CrateFuzz.check(refused.getMessage() != null, "a message");
      CrateFuzz.check(!target.exists("wal"), "the target was touched");
    } catch (IllegalArgumentException before) {
      CrateFuzz.check((how & 4) != 0, "only an entry before the first is a wrong argument");
      CrateFuzz.check(!target.exists("wal"), "the target was touched");
    }
    CrateFuzz.check(files.keySet().equals(changes.keySet()), "the source was changed");
    files.forEach(
        (path, content) ->
            CrateFuzz.check(Arrays.equals(content, changes.get(path)), "the source was changed"));
  }

  private static CrateImport prepared(int how, ByteFiles source, MemoryDirectory target) {
    CrateImport prepared = CrateImport.of(source, target);
    prepared = (how & 4) == 0 ? prepared : prepared.upTo(how >> 4);
    return (how & 8) == 0 ? prepared : prepared.asIndex();
  }

  /** A whole directory: three segments, checkpoints, and their markers. */
  private static Map<String, byte[]> whole(int shape) throws IOException {
    int version = 2 + shape % 2;
    long first = 1L + shape / 2 % 3;
    byte[] named = marker("elsewhere/c.chk", first);
    byte[] other = marker("checkpoints/c.chk", first + 1);
    byte[] one =
        Crate.segment(version, first, 1).frame(first, named).frame(first + 1, other).bytes();
    byte[] two =
        Crate.segment(3, first + 2, 2)
            .frame(first + 2, new byte[0])
            .frame(first + 3, named)
            .bytes();
    byte[] three = Crate.segment(3, first + 4, 3).frame(first + 4, new byte[40]).bytes();
    Map<String, byte[]> files = new TreeMap<>();
    files.put("wal/wal_1.log", one);
    files.put("wal/wal_2.log", two);
    files.put("wal/wal_3.log", three);
    files.put("elsewhere/c.chk", checkpoint(version - 1, first));
    files.put("checkpoints/c.chk", checkpoint(version - 1, first + 1));
    return files;
  }

  private static byte[] marker(String path, long lastEntryId) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WalEntry.codec().encode(new WalEntry.Checkpoint(path, lastEntryId), bytes);
    return bytes.toByteArray();
  }

  private static byte[] checkpoint(int version, long lastEntryId) throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    CrateVersion as = version == 1 ? CrateVersion.V0_2_0 : CrateVersion.NEWEST;
    CrateCheckpoint written =
        CrateCheckpoint.write(directory, "c", as, lastEntryId, out -> out.write(new byte[3]));
    CrateFuzz.check(written.version() == version, "the version of a checkpoint");
    return Golden.content(directory).get("c");
  }

  private static void change(Map<String, byte[]> files, ByteBuffer script) {
    for (int changes = CrateFuzz.next(script) % 6; changes > 0 && !files.isEmpty(); changes--) {
      List<String> paths = new ArrayList<>(files.keySet());
      String path = paths.get(CrateFuzz.next(script) % paths.size());
      String other = NAMES.get(CrateFuzz.next(script) % NAMES.size());
      byte[] content = files.get(path);
      switch (CrateFuzz.next(script) % 8) {
        case 0 -> files.remove(path);
        case 1 -> files.put(other, content.clone());
        case 2 -> {
          files.put(path, files.getOrDefault(other, new byte[0]));
          files.put(other, content);
        }
        case 3 -> files.put(path, Arrays.copyOf(content, CrateFuzz.next(script)));
        case 4 -> files.put(path, Arrays.copyOf(content, content.length + CrateFuzz.next(script)));
        case 5 -> {
          byte[] changed = content.clone();
          for (int i = 0; i < 4 && changed.length > 0; i++) { // A length, perhaps.
            changed[CrateFuzz.next(script) % changed.length] = (byte) CrateFuzz.next(script);
          }
          files.put(path, changed);
        }
        case 6 -> {
          byte[] changed = content.clone();
          if (changed.length > 0) {
            int at = CrateFuzz.next(script) % changed.length;
            changed[at] ^= (byte) (1 << CrateFuzz.next(script) % 8);
          }
          files.put(path, changed);
        }
        default -> {
          byte[] joined = Arrays.copyOf(content, 2 * content.length);
          System.arraycopy(content, 0, joined, content.length, content.length);
          files.put(path, joined);
        }
      }
    }
  }

  /** The entries are those that the crate reads, and no file was passed over. */
  private static void checkTaken(
      Map<String, byte[]> files, CrateImport.Report report, MemoryDirectory target, boolean isAll)
      throws IOException {
    CrateFuzz.check(
        WalMaintenance.verify(target).verdict() == Verdict.CLEAN, "the new log is not clean");
    List<String> taken = new ArrayList<>();
    WalReader.of(target, Codecs.bytes())
        .replay(
            WalMaintenance.firstEntryId(target),
            Long.MAX_VALUE,
            (id, entry) -> taken.add(id + HexFormat.of().formatHex(entry)));
    List<String> read = new ArrayList<>();
    if (report.entries() > 0) {
      CrateEnding unused =
          CrateLog.in(new ByteFiles(files), CrateReading.bestEffort().acceptingNewerChecksums())
              .replay(
                  report.lastEntryId(),
                  (id, payload) -> read.add(id + HexFormat.of().formatHex(payload)));
    }
    CrateFuzz.check(taken.equals(read), "other entries were taken over");
    CrateFuzz.check(taken.size() == report.entries(), "the report counts other entries");
    List<String> told = new ArrayList<>(List.of("wal/.lock", "readme"));
    report.source().segments().forEach(each -> told.add(each.file()));
    report.checkpoints().forEach(each -> told.add(each.path()));
    report.superseded().forEach(each -> told.add(each.file()));
    report.leftOut().forEach(each -> told.add(each.file()));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      boolean isTold =
          told.contains(file.getKey())
              || file.getKey().startsWith("elsewhere/") // A marker has to name it.
              || file.getKey().equals("records");
      // An empty segment at the end has nothing to be left out.
      CrateFuzz.check(
          isTold || !isAll || file.getValue().length == 0, file.getKey() + " was passed over");
    }
    long whole = report.source().entries();
    CrateFuzz.check(!isAll || whole == report.entries(), "intact entries were not taken over");
  }
}
