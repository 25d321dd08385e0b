package dev.durability.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The log on BookKeeper: written here, and taken over there. */
class LogOnBookKeeperTest {
  private final BookKeeperOptions.Builder options = SharedBookies.newRoot();

  private static WalWriter<String> open(BookKeeperDirectory directory) throws Exception {
    return WalWriter.open(
        directory, Codecs.utf8(), WalOptions.builder().segmentBytes(4096).build());
  }

  private static List<String> read(BookKeeperDirectory directory) throws Exception {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream().map(WalRecord::entry).toList();
  }

  @Test
  void entriesOfManySegmentsAreThereAfterReopeningElsewhere() throws Exception {
    List<String> expected = new ArrayList<>();
    try (BookKeeperDirectory here = SharedBookies.open(options.build());
        WalWriter<String> log = open(here)) {
      for (int i = 0; i < 200; i++) {
        expected.add("entry " + "x".repeat(i));
        if (i % 5 == 0) {
          log.appendDurable(expected.get(i));
        } else {
          log.append(expected.get(i));
        }
      }
    }
    try (BookKeeperDirectory there = BookKeeperDirectory.open(options.build())) {
      assertThat(read(there)).isEqualTo(expected);
      try (WalWriter<String> log = open(there)) {
        assertThat(log.append("more")).isEqualTo(201);
        log.sync();
        expected.add("more");
        assertThat(read(there)).isEqualTo(expected);
      }
    }
  }

  @Test
  void flushedEntriesAreSeenElsewhereWhileTheLogIsWritten() throws Exception {
    try (BookKeeperDirectory here = SharedBookies.open(options.build());
        WalWriter<String> log = open(here);
        BookKeeperDirectory there = SharedBookies.open(options.build())) {
      for (int i = 0; i < 20; i++) {
        log.append("entry " + i);
        log.flush();
        assertThat(read(there)).hasSize(i + 1);
      }
    }
  }

  @Test
  void writerThatWasTakenOverAcknowledgesNothingMore() throws Exception {
    BookKeeperOptions atOnce = options.takeOver(TakeOver.AT_ONCE).build();
    try (BookKeeperDirectory here = SharedBookies.open(atOnce);
        BookKeeperDirectory there = SharedBookies.open(atOnce)) {
      WalWriter<String> former = open(here);
      former.appendDurable("one");
      former.append("two");
      former.flush();
      try (WalWriter<String> latter = open(there)) {
        assertThat(read(there)).containsExactly("one", "two");
        assertThatThrownBy(() -> former.appendDurable("lost"))
            .isInstanceOf(DurabilityException.class);
        latter.appendDurable("three");
        assertThatThrownBy(former::close).isInstanceOf(DurabilityException.class);
        assertThat(read(there)).containsExactly("one", "two", "three");
      }
    }
  }
}
