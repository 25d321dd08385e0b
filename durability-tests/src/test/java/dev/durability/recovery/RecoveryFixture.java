package dev.durability.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codecs;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Logs that a seeded history writes, and what recovers them. */
abstract class RecoveryFixture {
  static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  static final History MACHINE = new History();

  final MemoryDirectory disk = new MemoryDirectory();
  final FaultDirectory directory = new FaultDirectory(disk);

  static Recoverer<List<String>, String> recoverer(Directory where) {
    return Recoverer.of(where, Codecs.utf8(), MACHINE);
  }

  static List<String> latest(Directory where) throws IOException {
    return recoverer(where).recover(RecoveryOptions.latest()).state();
  }

  /** Long entries make long messages: says how many there are. */
  static void assertSame(List<String> found, List<String> expected, String which) {
    assertThat(found.size()).as(which).isEqualTo(expected.size());
    assertThat(found.equals(expected)).as(which).isTrue();
  }

  /** A log written by a seeded history: entries, batches, checkpoints, rotations, reopenings. */
  static final class Written {
    private final Directory directory;
    private final Random random;
    private final int kept;

    /** Entries by id; markers have none. */
    private final TreeMap<Long, String> entries = new TreeMap<>();

    /** For each entry, the last id of its batch. */
    private final TreeMap<Long, Long> batchEnds = new TreeMap<>();

    Written(Directory directory, long seed, int kept) {
      this.directory = directory;
      this.random = new Random(seed);
      this.kept = kept;
    }

    /** The state with all whole batches up to an entry. */
    List<String> upTo(long id) {
      List<String> state = new ArrayList<>();
      for (Map.Entry<Long, String> each : entries.headMap(id, true).entrySet()) {
        if (batchEnds.get(each.getKey()) > id) {
          break;
        }
        state.add(each.getValue());
      }
      return state;
    }

    void write(int steps, int checkpointsIn100, int segmentBytes) throws IOException {
      WalOptions options =
          WalOptions.builder().segmentBytes(segmentBytes).bufferBytes(4096).build();
      WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options);
      for (int i = 0; i < steps; i++) {
        int what = random.nextInt(100);
        if (what < checkpointsIn100) {
          List<String> state = upTo(Long.MAX_VALUE);
          CheckpointPublisher.of(directory, Clock.systemUTC(), log)
              .keeping(kept)
              .publish(log.lastAppendedId(), out -> MACHINE.write(state, out));
        } else if (what < 95) {
          append(log, what < 40 ? 1 : 1 + random.nextInt(5));
        } else {
          log.close();
          log = WalWriter.open(directory, Codecs.utf8(), options);
        }
      }
      log.close();
    }

    private void append(WalWriter<String> log, int count) throws IOException {
      List<String> batch = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        batch.add((entries.size() + i) + "-" + "y".repeat(random.nextInt(400)));
      }
      long last = log.appendBatch(batch);
      for (int i = 0; i < count; i++) {
        entries.put(last - count + 1 + i, batch.get(i));
        batchEnds.put(last - count + 1 + i, last);
      }
    }

    long lastId() throws IOException {
      return WalMaintenance.verify(directory).intact();
    }
  }

  /** Three segments of one entry each. */
  void writeThreeSegments() throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(4096).bufferBytes(4096).build();
    try (WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), options)) {
      for (String entry : List.of("a", "b", "c")) {
        log.appendDurable(entry + "x".repeat(3_000));
      }
    }
  }
}
