package dev.durability.salvage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.LogBuilder;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random logs with random damage: every entry that nothing touched comes back under its id, nothing
 * else does, and each id that does not is told.
 */
class SalvagedLogsTest {
  private static final long LOGS = Long.getLong("durability.salvages", 600);

  private static Directory directory(Map<String, byte[]> files) throws IOException {
    Directory directory = new MemoryDirectory();
    directory.createDirectories("wal");
    for (var file : files.entrySet()) {
      LogBuilder.put(directory, file.getKey(), ByteBuffer.wrap(file.getValue()));
    }
    return directory;
  }

  @Test
  void wholeLogsComeOutAsTheyAre() throws IOException {
    for (long seed = 1; seed <= 200; seed++) {
      WrittenLog log = new WrittenLog(seed);
      LogReport report = WalMaintenance.verify(log.directory);
      assertThat(report.verdict()).as("seed=%d", seed).isEqualTo(Verdict.CLEAN);
      Found found = Found.in(log.directory);
      assertThat(found.entries()).as("seed=%d %s", seed, found).isEqualTo(log.live);
      assertThat(found.missing)
          .as("seed=%d", seed)
          .allMatch(missing -> missing.kind() == MissingEntries.Kind.COVERED);
      assertThat(found.leftOut).isEmpty();
      assertThat(found.stretches).as("seed=%d", seed).allMatch(each -> each.doubt() == null);
      assertThat(found.stretches.size()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void ofDamagedLogsComesBackWhatNothingTouchedAndTheRestIsTold() throws IOException {
    long entries = 0;
    long lost = 0;
    for (long seed = 1; seed <= LOGS; seed++) {
      WrittenLog log = new WrittenLog(seed);
      Spoiled spoiled = new Spoiled(log.files, new Random(seed));
      String context = "seed=" + seed + " " + spoiled.done + " " + log.files.keySet();
      Directory damaged = directory(spoiled.files);
      Found found = new Found();
      try {
        Salvage.of(damaged, found).run();
      } catch (NoSuchFileException nothingIsLeft) {
        assertThat(spoiled.untouched()).as(context).isEmpty();
        continue;
      }
      assertThat(WrittenLog.files(damaged).keySet()).as(context).isEqualTo(spoiled.names());
      Map<Long, String> out = found.entries();
      String told = context + "\n" + found;
      out.forEach((id, entry) -> assertThat(log.appended).as(told).contains(id + "=" + entry));
      boolean isCertain = !spoiled.hasForgottenACut();
      if (isCertain) {
        out.forEach((id, entry) -> assertThat(log.live).as(told).containsEntry(id, entry));
      }
      Set<String> untouched = spoiled.untouched();
      long last = Math.max(out.isEmpty() ? 0 : new TreeMap<>(out).lastKey(), spoiled.promised());
      for (Map.Entry<Long, String> each : log.live.entrySet()) {
        long id = each.getKey();
        boolean isThere = each.getValue().equals(out.get(id));
        if (untouched.contains(id + "=" + each.getValue()) && !isThere) {
          assertThat(isUnfinished(log, spoiled, id)).as("%s\nentry %d", told, id).isTrue();
        }
        if (!isThere && id <= last && isCertain) {
          assertThat(found.tells(id)).as("%s\nentry %d", told, id).isTrue();
          lost++;
        }
      }
      entries += out.size();
      goesOn(found, told);
    }
    assertThat(entries).isGreaterThan(LOGS * 10);
    assertThat(lost).isGreaterThan(LOGS / 4);
  }

  /** Whether an entry is of a batch that damage left without its end, and that nothing promised. */
  private static boolean isUnfinished(WrittenLog log, Spoiled spoiled, long id) {
    String last = spoiled.lastLeft();
    boolean isPart =
        !last.isEmpty()
            && Spoiled.frames(log.files.get(last)).stream()
                .anyMatch(frame -> frame.id() == id && frame.kind() == 2);
    return isPart && id > spoiled.promised();
  }

  /** Each log that was written takes more entries. */
  private static void goesOn(Found found, String told) throws IOException {
    for (int i = 0; i < found.logs.size(); i++) {
      Directory log = found.logs.get(i);
      SalvagedStretch stretch = found.stretches.get(i);
      var codec = Codecs.bytes(Schema.of("application/x-test", new byte[] {9}));
      try (WalWriter<byte[]> writer = WalWriter.open(log, codec, WalOptions.defaults())) {
        assertThat(writer.appendDurable(new byte[3])).as(told).isEqualTo(stretch.lastEntryId() + 1);
      }
    }
  }
}
