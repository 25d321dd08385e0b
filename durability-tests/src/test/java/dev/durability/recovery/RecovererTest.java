package dev.durability.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is recovered is the fold of what was written, whatever is asked for. */
class RecovererTest extends RecoveryFixture {
  @Tag("slow")
  @Test
  void eachPrefixIsTheFoldOfItsWholeBatches() throws IOException {
    for (long seed = 1; seed <= 3; seed++) {
      MemoryDirectory where = new MemoryDirectory();
      // So many are kept that nothing is removed: every prefix can be recovered.
      Written written = new Written(where, seed, 1000);
      written.write(60, 15, 4096);
      for (long id = 0; id <= written.lastId() + 1; id++) {
        Recovery<List<String>> recovered = recoverer(where).recover(RecoveryOptions.upToEntry(id));
        assertSame(recovered.state(), written.upTo(id), "seed=" + seed + " id=" + id);
        assertThat(recovered.lastEntryId()).as("seed=%s id=%s", seed, id).isLessThanOrEqualTo(id);
        assertThat(recovered.checkpointId()).isLessThanOrEqualTo(id);
      }
    }
  }

  @Test
  void prefixesBeforeTheOldestCheckpointAreRefusedOnATruncatedLog() throws IOException {
    Written written = new Written(disk, 11, 2);
    written.write(150, 10, 4096);
    List<Long> kept = Checkpoints.in(disk, Clock.systemUTC()).list();
    long oldest = kept.get(1);
    assertThat(WalMaintenance.firstEntryId(disk)).isGreaterThan(1);
    for (long id = 0; id <= written.lastId(); id++) {
      RecoveryOptions options = RecoveryOptions.upToEntry(id);
      if (id >= oldest) {
        assertSame(recoverer(disk).recover(options).state(), written.upTo(id), "id=" + id);
      } else {
        assertThatExceptionOfType(DurabilityException.class)
            .as("id=%s", id)
            .isThrownBy(() -> recoverer(disk).recover(options))
            .withMessageContaining("no usable checkpoint");
      }
    }
  }

  @Tag("slow")
  @Test
  void stateIsTheSameWhateverTheCheckpointsAndSegments() throws IOException {
    for (long seed = 20; seed < 40; seed++) {
      Random random = new Random(seed);
      MemoryDirectory where = new MemoryDirectory();
      Written written = new Written(where, seed, 1 + random.nextInt(3));
      written.write(80, random.nextInt(30), 4096 << random.nextInt(5));
      Recovery<List<String>> recovered = recoverer(where).recover(RecoveryOptions.latest());
      assertThat(recovered.state()).as("seed=" + seed).isEqualTo(written.upTo(Long.MAX_VALUE));
      assertThat(recoverer(where).recover(RecoveryOptions.latest().strict()).state())
          .as("seed=" + seed)
          .isEqualTo(recovered.state());
    }
  }

  @Test
  void recoveryWritesNothing() throws IOException {
    Written written = new Written(directory, 3, 2);
    written.write(60, 10, 4096);
    long[] before = changes();
    assertThat(latest(directory)).isEqualTo(written.upTo(Long.MAX_VALUE));
    recoverer(directory).recover(RecoveryOptions.upToInstant(Instant.now()));
    assertThat(changes()).isEqualTo(before);
  }

  private long[] changes() {
    return Stream.of(
            Operation.WRITE,
            Operation.CREATE,
            Operation.RESUME,
            Operation.RENAME,
            Operation.DELETE,
            Operation.LOCK,
            Operation.CREATE_DIRECTORIES,
            Operation.SYNC_FILE,
            Operation.SYNC_DIRECTORY)
        .mapToLong(directory::count)
        .toArray();
  }

  @Test
  void directoryWithoutALogIsTheInitialStateUnlessRecoveryIsStrict() throws IOException {
    for (int round = 0; round < 2; round++) {
      for (RecoveryOptions options :
          List.of(
              RecoveryOptions.latest(),
              RecoveryOptions.upToEntry(7),
              RecoveryOptions.upToInstant(START))) {
        Recovery<List<String>> recovered = recoverer(disk).recover(options);
        assertThat(recovered.state()).isEmpty();
        assertThat(recovered.lastEntryId()).isZero();
        assertThat(recovered.replayedEntries()).isZero();
        assertThatExceptionOfType(NoSuchFileException.class)
            .isThrownBy(() -> recoverer(disk).recover(options.strict()));
      }
      assertThat(disk.list("")).isEmpty();
      disk.createDirectories("wal"); // As a crash in the middle of a creation leaves it.
    }
    disk.createDirectories("checkpoints");
    disk.create("checkpoints/00000000000000000007.ckpt", 0).close();
    assertThatThrownBy(() -> latest(disk)).isInstanceOf(CorruptLogException.class);
  }

  @Test
  void functionsRecoverWhatAStateMachineDoesAndGetTheIds() throws IOException {
    Written written = new Written(disk, 5, 2);
    written.write(60, 9, 4096);
    Recovery<List<String>> latest = recoverer(disk).recover(RecoveryOptions.latest());
    assertThat(latest.replayedEntries()).isPositive();
    for (long upTo : new long[] {latest.checkpointId(), latest.lastEntryId(), Long.MAX_VALUE}) {
      RecoveryOptions options = RecoveryOptions.upToEntry(upTo);
      List<Long> ids = new ArrayList<>();
      Recovery<List<String>> expected = recoverer(disk).recover(options);
      Recovery<List<String>> found =
          Recoverer.of(
                  disk,
                  Codecs.utf8(),
                  MACHINE::initial,
                  MACHINE::read,
                  (List<String> state, String entry, long id) -> {
                    ids.add(id);
                    return MACHINE.apply(state, entry);
                  })
              .recover(options);
      assertThat(found).isEqualTo(expected);
      assertThat(ids).hasSize((int) found.replayedEntries());
      for (int i = 0; i < ids.size(); i++) {
        assertThat(ids.get(i)).isEqualTo(found.checkpointId() + 1 + i);
      }
    }
  }

  @Test
  void strictRecoveryRefusesATornEnd() throws IOException {
    Written written = new Written(disk, 9, 2);
    written.write(20, 5, 4096);
    List<String> segments = disk.list("wal").stream().filter(n -> n.endsWith(".wal")).toList();
    String last = "wal/" + segments.get(segments.size() - 1);
    long size;
    try (ReadFile file = disk.open(last)) {
      size = file.size();
    }
    try (AppendFile file = disk.resume(last, size)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    assertThat(latest(disk)).isEqualTo(written.upTo(Long.MAX_VALUE));
    assertThatThrownBy(() -> recoverer(disk).recover(RecoveryOptions.latest().strict()))
        .isExactlyInstanceOf(DurabilityException.class)
        .hasMessageContaining("TORN");
  }

  @Test
  void entryBeforeTheFirstIsRefused() {
    assertThatThrownBy(() -> RecoveryOptions.upToEntry(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
