package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.SegmentName;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A log is read while a writer appends to it, truncates it, or cuts off its end. */
class ReadingBesideAWriterTest extends LogReadingFixture {
  @Test
  void segmentThatGoesBackIsRefusedAndNotReadAsIfItWereTheNext() throws IOException {
    for (ReplayMode mode : ReplayMode.values()) {
      LogBuilder log = new LogBuilder(directory).segment(1).entries(2).end(2).write();
      log.segment(2, 2).entries(1).end(2).write();
      SegmentName last = new SegmentName(3, 3);
      log.segment(3).entries(1).write();
      List<Long> read = new ArrayList<>();
      assertThatThrownBy(
              () ->
                  WalReader.of(directory, Codecs.utf8(), mode)
                      .replay(1, Long.MAX_VALUE, (id, entry) -> read.add(id)))
          .isInstanceOfSatisfying(
              CorruptLogException.class,
              e -> assertThat(e.file()).isEqualTo(new SegmentName(2, 2).path()));
      assertThat(read).containsExactly(1L, 2L);
      directory.delete(last.path());
    }
  }

  @Test
  void entriesThatAreTruncatedWhileOlderOnesAreReadAreAClearErrorAndNoDamage() throws IOException {
    log();
    List<Long> seen = new ArrayList<>();
    assertThatThrownBy(
            () ->
                reader.replay(
                    0,
                    99,
                    (id, entry) -> {
                      seen.add(id);
                      if (id == 2) {
                        directory.delete(new SegmentName(1, 1).path());
                        directory.delete(new SegmentName(2, 5).path());
                      }
                    }))
        .isInstanceOf(DurabilityException.class)
        .isNotInstanceOf(CorruptLogException.class)
        .hasMessageContaining("from entry 5 on")
        .hasMessageContaining("starts at entry 9");
    assertThat(seen).isEqualTo(range(1, 4));
  }

  @Test
  void replayFromTheStartBeginsAnewWhereThatWasTruncatedBeforeTheFirstEntry() throws IOException {
    LogBuilder log = log();
    FaultDirectory racing = new FaultDirectory(directory);
    int[] opens = {0};
    racing.before(
        (operation, path) -> {
          if (operation == Operation.OPEN && path.equals(new SegmentName(1, 1).path())) {
            opens[0]++;
            assertThatCode(
                    () -> {
                      log.checkpointFile(CheckpointName.path(4), LogBuilder.LOG_ID, 4);
                      directory.delete(path);
                    })
                .doesNotThrowAnyException();
          }
        });
    assertThat(ids(WalReader.of(racing, Codecs.utf8()), 0, 99)).isEqualTo(range(5, 11));
    assertThat(opens[0]).isEqualTo(1);
  }

  @Test
  void promiseThatIsWrittenWhileTheEndIsJudgedIsNoDamage() throws IOException {
    for (boolean verifies : new boolean[] {false, true}) {
      LogBuilder log = new LogBuilder(directory).segment(1).entries(2).mark(2).write();
      int end = log.offset();
      int[] sizes = {0};
      FaultDirectory racing =
          new FaultDirectory(directory)
              .before(
                  (operation, path) -> {
                    // The first is asked for the window, the second when the run has stopped.
                    if (operation == Operation.SIZE && ++sizes[0] == 2) {
                      byte[] more = log.entries(2).mark(4).bytes();
                      try (var file = directory.resume(path, end)) {
                        file.write(ByteBuffer.wrap(more, end, more.length - end));
                      } catch (IOException e) {
                        throw new AssertionError(e);
                      }
                    }
                  });
      if (verifies) {
        assertThat(WalMaintenance.verify(racing).verdict()).isEqualTo(Verdict.CLEAN);
      } else {
        assertThat(ids(WalReader.of(racing, Codecs.utf8()), 0, 99)).isEqualTo(range(1, 4));
      }
      assertThat(sizes[0]).isGreaterThan(2);
    }
  }
}
