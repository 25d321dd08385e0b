package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.BufferingDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A storage that holds back what is written until it is told to flush. */
class FlushTest {
  private final MemoryDirectory disk = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(new BufferingDirectory(disk));

  private WalWriter<String> open() throws Exception {
    return WalWriter.open(
        directory, Codecs.utf8(), WalOptions.builder().flushPolicy(FlushPolicy.manual()).build());
  }

  private List<String> readBeneath() throws Exception {
    return WalReader.of(disk, Codecs.utf8()).readAll().stream().map(WalRecord::entry).toList();
  }

  @Test
  void entriesThatWereFlushedOrSyncedAreSeenByOthers() throws Exception {
    try (WalWriter<String> log = open()) {
      log.append("one");
      assertThat(readBeneath()).isEmpty();
      log.flush();
      assertThat(readBeneath()).containsExactly("one");
      log.append("two");
      log.sync();
      assertThat(readBeneath()).containsExactly("one", "two");
    }
  }

  @Test
  void failedFlushPoisonsBecauseItIsUnknownWhatWasWritten() throws Exception {
    WalWriter<String> log = open();
    log.append("one");
    directory.inject(Fault.of(Operation.FLUSH));
    assertThatThrownBy(log::flush).isInstanceOf(WriterPoisonedException.class);
    directory.heal();
    assertThatThrownBy(log::flush).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(() -> log.append("two")).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
    open().close();
  }

  @Test
  void failedFlushPoisonsARecordLogToo() throws Exception {
    RecordLogWriter<String> log = RecordLogWriter.open(directory, "records", Codecs.utf8());
    log.append("one");
    log.flush();
    assertThat(RecordLogReader.of(disk, "records", Codecs.utf8()).list()).containsExactly("one");
    log.append("two");
    directory.inject(Fault.of(Operation.FLUSH));
    assertThatThrownBy(log::flush).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(() -> log.append("three")).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(log::close).isInstanceOf(WriterPoisonedException.class);
  }
}
