package dev.durability.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.AppendFile;
import dev.durability.storage.CountedDisk;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of one value, under paths of the caller's choice: written, published, recovered. */
class ChosenPathTest {
  private static final Codec<Long> LONGS = Codecs.longs();
  private static final UUID LOG = new UUID(1, 2);

  private final MemoryDirectory directory = new MemoryDirectory();
  private final Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());

  private static WalWriter<Long> open(Directory where) throws IOException {
    return WalWriter.open(where, LONGS, WalOptions.defaults());
  }

  /** The sum of the entries. */
  private static Recovery<Long> recover(Directory where, RecoveryOptions options)
      throws IOException {
    return Recoverer.of(
            where, LONGS, () -> 0L, Checkpoints.parser(LONGS), (sum, number, id) -> sum + number)
        .recover(options);
  }

  /** Appends 1, 2, 3, …; entry n is n. */
  private static long append(WalWriter<Long> log, int count) throws IOException {
    long id = log.lastAppendedId();
    for (int i = 0; i < count; i++) {
      id = log.appendDurable(log.lastAppendedId() + 1);
    }
    return id;
  }

  private static long sumUpTo(long id) {
    return id * (id + 1) / 2;
  }

  @Test
  void valueGoesToAPathWithAnIdAndBack() throws IOException {
    long bytes = checkpoints.write("a/b.state", LOG, 7, Checkpoints.content(LONGS, 42L));

    assertThat(bytes).isEqualTo(8);
    assertThat(checkpoints.read("a/b.state", Checkpoints.parser(LONGS))).isEqualTo(42);
    assertThat(checkpoints.reference("a/b.state").lastEntryId()).isEqualTo(7);
    assertThat(checkpoints.reference("a/b.state").logId()).isEqualTo(LOG);
    assertThat(checkpoints.isUsable("a/b.state", LOG, 7)).isTrue();
    assertThat(directory.list("a")).containsExactly("b.state");
    checkpoints.write("a/b.state", LOG, 8, Checkpoints.content(LONGS, 43L));
    assertThat(checkpoints.read("a/b.state", Checkpoints.parser(LONGS))).isEqualTo(43);
  }

  @Test
  void whateverTheCodecThrowsIsTheCauseOfACodecException() throws IOException {
    checkpoints.writeAlone("a", out -> out.write(1));
    Codec<Long> broken =
        new Codec<>() {
          @Override
          public void encode(Long value, OutputStream out) throws IOException {
            throw new CodecException("no");
          }

          @Override
          public Long decode(ByteBuffer in) {
            return in.getLong();
          }
        };
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> checkpoints.read("a", Checkpoints.parser(broken)))
        .withMessageContaining("BufferUnderflowException");
    assertThatThrownBy(() -> checkpoints.write("b", LOG, 1, Checkpoints.content(broken, 1L)))
        .isInstanceOf(CodecException.class);
    assertThat(directory.list("")).containsExactly("a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "wal/a",
        "wal/00000000000000000001-00000000000000000001.wal",
        "wal/.lock",
        "quarantine/a",
        "checkpoints/00000000000000000008.ckpt",
        "/a",
        "a/",
        "../a",
        "x/../wal/a",
        "a\\b"
      })
  void pathOfTheLogOrOutsideOfTheDirectoryIsRefusedAndNothingChanges(String path)
      throws IOException {
    try (WalWriter<Long> log = open(directory)) {
      long last = append(log, 7);
      List<String> wal = directory.list("wal");
      Checkpoints.Content content = Checkpoints.content(LONGS, 28L);
      CheckpointPublisher publisher =
          CheckpointPublisher.of(directory, Clock.systemUTC(), log).keeping(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> checkpoints.write(path, log.logId(), last, content));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> publisher.publishTo(path, last, content));
      assertThat(directory.list("wal")).isEqualTo(wal);
      assertThat(directory.list("")).isEmpty();
    }
    assertThat(recover(directory, RecoveryOptions.latest()).state()).isEqualTo(28);
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
  }

  @Test
  @SuppressWarnings("NullAway") // Callers without a checker pass it.
  void nullIsRefused() throws IOException {
    String none = null;
    Checkpoints.Content content = Checkpoints.content(LONGS, 1L);
    try (WalWriter<Long> log = open(directory)) {
      long last = append(log, 1);
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, Clock.systemUTC(), log);
      assertThatNullPointerException().isThrownBy(() -> publisher.publishTo(none, last, content));
      assertThatNullPointerException()
          .isThrownBy(() -> checkpoints.write(none, log.logId(), last, content));
      assertThatNullPointerException()
          .isThrownBy(() -> RecoveryOptions.latest().fromCheckpoint(none));
    }
  }

  @Test
  void publishedCheckpointIsFoundByItsMarkerAndCoversWhatIsTruncated() throws IOException {
    try (WalWriter<Long> log = open(directory)) {
      CheckpointPublisher publisher =
          CheckpointPublisher.of(directory, Clock.systemUTC(), log).keeping(1);
      long last = append(log, 10);
      PublishResult result =
          publisher.publishTo("state/a", last, Checkpoints.content(LONGS, sumUpTo(last)));
      assertThat(result.path()).isEqualTo("state/a");
      assertThat(result.removedSegments()).extracting(SegmentRange::lastEntryId).contains(10L);
      assertThat(log.firstEntryId()).isEqualTo(11);
      append(log, 5);
    }
    Recovery<Long> recovered = recover(directory, RecoveryOptions.latest());
    assertThat(recovered.state()).isEqualTo(sumUpTo(15));
    assertThat(recovered.checkpointId()).isEqualTo(10);
    assertThat(recovered.replayedEntries()).isEqualTo(5);
    try (WalWriter<Long> log = open(directory)) {
      assertThat(append(log, 1)).isEqualTo(16);
    }
    assertThat(directory.exists("checkpoints")).isFalse();
  }

  @Test
  void checkpointThatTheLogNeedsIsNotReplacedAndPathsCanBeUsedInTurn() throws IOException {
    try (WalWriter<Long> log = open(directory)) {
      CheckpointPublisher publisher =
          CheckpointPublisher.of(directory, Clock.systemUTC(), log).keeping(1);
      publish(publisher, log, "a");
      long needed = log.lastAppendedId();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> publish(publisher, log, "a"))
          .withMessageContaining("entry " + needed);
      assertThat(checkpoints.reference("a").lastEntryId()).isEqualTo(needed);
      for (int round = 0; round < 4; round++) {
        publish(publisher, log, round % 2 == 0 ? "b" : "a");
        long last = log.lastAppendedId();
        assertThat(log.firstEntryId()).isEqualTo(last + 1);
        assertThat(recover(directory, RecoveryOptions.latest()).state()).isEqualTo(sumUpTo(last));
      }
    }
  }

  private static void publish(CheckpointPublisher publisher, WalWriter<Long> log, String path)
      throws IOException {
    long last = append(log, 3);
    PublishResult unused =
        publisher.publishTo(path, last, Checkpoints.content(LONGS, sumUpTo(last)));
  }

  @Test
  void chosenPathsCountAsKeptAndOnlyDefaultOnesAreDeleted() throws IOException {
    try (WalWriter<Long> log = open(directory)) {
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, Clock.systemUTC(), log);
      long first = append(log, 3);
      publisher.publish(first, Checkpoints.content(LONGS, sumUpTo(first)));
      publish(publisher, log, "a");
      long second = log.lastAppendedId();
      assertThat(log.firstEntryId()).isEqualTo(first + 1);
      publish(publisher, log, "b");
      assertThat(log.firstEntryId()).isEqualTo(second + 1);
      assertThat(directory.list("checkpoints")).isEmpty();
      assertThat(directory.list("")).contains("a", "b");

      checkpoints.delete("b");
      checkpoints.delete("a");
      publish(publisher, log, "c");
      assertThat(log.firstEntryId()).as("those that are gone do not count").isEqualTo(second + 1);
    }
  }

  @Test
  void recoveryFromAPathNeedsNoMarker() throws IOException {
    try (WalWriter<Long> log = open(directory)) {
      append(log, 10);
      checkpoints.write("x", log.logId(), 6, Checkpoints.content(LONGS, 1000L));
      append(log, 2);
    }
    RecoveryOptions fromX = RecoveryOptions.latest().fromCheckpoint("x");
    Recovery<Long> recovered = recover(directory, fromX);
    assertThat(recovered.state()).isEqualTo(1000 + 7 + 8 + 9 + 10 + 11 + 12);
    assertThat(recovered.replayedEntries()).isEqualTo(6);
    assertThat(recover(directory, RecoveryOptions.upToEntry(6).fromCheckpoint("x")).state())
        .isEqualTo(1000);
    assertThat(recover(directory, fromX.strict()).state()).isEqualTo(recovered.state());
    assertThat(recover(directory, RecoveryOptions.latest()).state()).isEqualTo(sumUpTo(12));
    assertThatThrownBy(() -> recover(directory, RecoveryOptions.upToEntry(5).fromCheckpoint("x")))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("ends with entry 6");
  }

  @Test
  void recoveryFromACheckpointThatDoesNotFitIsRefused() throws IOException {
    UUID logId;
    try (WalWriter<Long> log = open(directory)) {
      append(log, 10);
      logId = log.logId();
    }
    assertThatThrownBy(() -> from("missing")).isInstanceOf(NoSuchFileException.class);
    checkpoints.write("other", LOG, 6, Checkpoints.content(LONGS, 1L));
    assertThatThrownBy(() -> from("other")).hasMessageContaining("belongs to the log " + LOG);
    checkpoints.write("later", logId, 11, Checkpoints.content(LONGS, 1L));
    assertThatThrownBy(() -> from("later")).hasMessageContaining("the log ends at entry 10");
    checkpoints.write("end", logId, 10, Checkpoints.content(LONGS, 1L));
    assertThat(from("end").replayedEntries()).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> from("../end"));
    checkpoints.write("damaged", logId, 6, Checkpoints.content(LONGS, 1L));
    try (AppendFile file = directory.resume("damaged", 90)) {
      file.write(ByteBuffer.wrap(new byte[] {77}));
    }
    assertThatThrownBy(() -> from("damaged")).isInstanceOf(CorruptLogException.class);
  }

  private Recovery<Long> from(String path) throws IOException {
    return recover(directory, RecoveryOptions.latest().fromCheckpoint(path));
  }

  @Test
  void checkpointWithoutItsLogIsRecoveredIfItIsAskedFor() throws IOException {
    checkpoints.write("x", LOG, 6, Checkpoints.content(LONGS, 1000L));

    Recovery<Long> recovered = from("x");
    assertThat(recovered.state()).isEqualTo(1000);
    assertThat(recovered.lastEntryId()).isEqualTo(6);
    assertThat(recover(directory, RecoveryOptions.latest()).state()).isZero();
    assertThatThrownBy(() -> recover(directory, RecoveryOptions.upToEntry(5).fromCheckpoint("x")))
        .hasMessageContaining("ends with entry 6");
  }

  /** Two paths in turn, one checkpoint kept: whatever is removed, recovery finds what covers it. */
  @Tag("slow")
  @Test
  void publishingThatDiesOrFailsAtAnyStepLeavesALogThatRecovers() throws IOException {
    for (boolean dies : new boolean[] {true, false}) {
      boolean whole = false;
      int broken = 0;
      for (int step = 1; !whole; step++) {
        String where = "step=" + step + " dies=" + dies;
        CountedDisk disk = new CountedDisk(step);
        long acknowledged = 0;
        WalWriter<Long> log = open(disk);
        long before = disk.changes();
        if (dies) {
          disk.dieAt(step);
        } else {
          disk.failAt(step);
        }
        try {
          CheckpointPublisher publisher =
              CheckpointPublisher.of(disk, Clock.systemUTC(), log).keeping(1);
          for (int round = 0; round < 4; round++) {
            acknowledged = append(log, 2);
            PublishResult unused =
                publisher.publishTo(
                    round % 2 == 0 ? "s/a" : "s/b",
                    acknowledged,
                    Checkpoints.content(LONGS, sumUpTo(acknowledged)));
          }
          whole = disk.changes() - before < step; // Else a MARK failed, of which nobody hears.
        } catch (IOException e) {
          broken++;
          acknowledged = log.lastDurableId();
        }
        CountedDisk after = step % 2 == 0 ? disk.afterPowerLoss() : disk.afterDeath();
        closeOnDeadDisk(log);
        assertRecovers(after, acknowledged, where);
      }
      assertThat(broken).isGreaterThan(20);
    }
  }

  private static void closeOnDeadDisk(WalWriter<Long> log) {
    try {
      log.close();
    } catch (IOException expected) {
      assertThat(expected).isNotNull();
    }
  }

  private static void assertRecovers(CountedDisk disk, long acknowledged, String where)
      throws IOException {
    Recovery<Long> recovered = recover(disk, RecoveryOptions.latest());
    assertThat(recovered.lastEntryId()).as(where).isGreaterThanOrEqualTo(acknowledged);
    assertThat(recovered.state()).as(where).isEqualTo(sumUpTo(recovered.lastEntryId()));
    try (WalWriter<Long> log = open(disk)) {
      CheckpointPublisher publisher =
          CheckpointPublisher.of(disk, Clock.systemUTC(), log).keeping(1);
      long last = append(log, 1);
      PublishResult unused =
          publisher.publishTo("s/c", last, Checkpoints.content(LONGS, sumUpTo(last)));
    }
    recovered = recover(disk, RecoveryOptions.latest());
    assertThat(recovered.state()).as(where).isEqualTo(sumUpTo(recovered.lastEntryId()));
  }

  @Test
  void checkpointThatAnotherOneTookThePlaceOfKeepsNothingSafe() throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(4096).bufferBytes(4096).build();
    try (WalWriter<Long> log = WalWriter.open(directory, LONGS, options)) {
      CheckpointPublisher publisher =
          CheckpointPublisher.of(directory, Clock.systemUTC(), log).keeping(2);
      long first = append(log, 300);
      publisher.publishTo("a", first, Checkpoints.content(LONGS, sumUpTo(first)));
      checkpoints.write("a", LOG, first, Checkpoints.content(LONGS, 0L)); // Of another log.
      long last = append(log, 300);
      PublishResult result =
          publisher.publishTo("b", last, Checkpoints.content(LONGS, sumUpTo(last)));
      assertThat(result.removedSegments()).as("the last but one cannot be used").isEmpty();
      assertThat(log.firstEntryId()).isEqualTo(1);
    }
  }
}
