package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.errors.LockHeldException;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.AppendFile;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.DurableFile;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.zookeeper.Op;
import org.junit.jupiter.api.Test;

/** Names that are lost from ZooKeeper, and made again by what ledgers say. */
class RebuildNamesTest {
  private final ConcurrentLinkedQueue<String> warnings = new ConcurrentLinkedQueue<>();
  private final BookKeeperOptions options =
      SharedBookies.newRoot().takeOver(TakeOver.AT_ONCE).warnings(warnings::add).build();

  private static WalOptions small() {
    return WalOptions.builder().segmentBytes(4096).build();
  }

  private static DurableState<List<String>, String> state(BookKeeperDirectory directory)
      throws Exception {
    return DurableState.open(
        directory, Codecs.utf8(), new Words(), CheckpointPolicy.manual(), small());
  }

  /** Deletes what is at and below a node. */
  private void lose(String part) throws Exception {
    Keeper keeper = new ZooKeeperKeeper(options, () -> {});
    assertThat(keeper.awaitConnected(300_000_000_000L)).isTrue();
    List<Op> all = new ArrayList<>();
    collect(keeper, options.root() + part, all);
    Void unused = Awaiting.result(keeper.multi(all));
    keeper.close();
  }

  private static void collect(Keeper keeper, String node, List<Op> into) throws Exception {
    for (String child : Awaiting.result(keeper.children(node))) {
      collect(keeper, node + "/" + child, into);
    }
    into.add(Op.delete(node, -1));
  }

  private static List<String> entries(BookKeeperDirectory directory) throws Exception {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream().map(WalRecord::entry).toList();
  }

  @Test
  void allOfAStateIsThereAgainAndWhatWasDeletedIsNot() throws Exception {
    List<String> expected = new ArrayList<>();
    List<String> names;
    long first;
    try (BookKeeperDirectory here = SharedBookies.open(options)) {
      try (DurableState<List<String>, String> words = state(here)) {
        for (int i = 0; i < 60; i++) {
          expected.add("word " + i + " " + "x".repeat(200));
          words.update(expected.get(i));
          if (i % 20 == 10) {
            words.checkpoint();
          }
        }
      }
      try (RecordLogWriter<String> records = RecordLogWriter.open(here, "records", Codecs.utf8())) {
        records.append("one");
        records.sync();
      }
      DurableFile.write(here, "note", "first".getBytes(UTF_8));
      DurableFile.write(here, "note", "second".getBytes(UTF_8));
      DurableFile.write(here, "deleted", "deleted".getBytes(UTF_8));
      here.delete("deleted");
      names = here.list("wal");
      first = WalMaintenance.firstEntryId(here);
    }
    assertThat(first).as("the log was truncated").isGreaterThan(1);
    lose("");
    try (BookKeeperDirectory there = SharedBookies.open(options)) {
      assertThat(there.exists("wal")).isFalse();
      assertThat(there.sweep().ledgers()).isZero();
      assertThat(warnings).anySatisfy(each -> assertThat(each).contains("no file"));
      assertThat(there.rebuildNames()).isPositive();
      assertThat(there.rebuildNames()).as("there is nothing more to do").isZero();
      assertThat(there.list("")).containsExactlyInAnyOrder("records", "note");
      assertThat(there.list("wal"))
          .containsExactlyElementsOf(names.stream().filter(name -> name.endsWith(".wal")).toList());
      assertThat(WalMaintenance.firstEntryId(there)).isEqualTo(first);
      assertThat(WalMaintenance.verify(there).verdict()).isEqualTo(Verdict.CLEAN);
      assertThat(new String(DurableFile.read(there, "note", 10), UTF_8)).isEqualTo("second");
      assertThat(RecordLogReader.of(there, "records", Codecs.utf8()).strict().list())
          .containsExactly("one");
      try (DurableState<List<String>, String> words = state(there)) {
        List<String> seen = words.read(List::copyOf);
        assertThat(seen).isEqualTo(expected);
        words.update("more");
      }
    }
  }

  @Test
  void whatWasCutStaysCutAndALogWithoutNamesGoesOn() throws Exception {
    try (BookKeeperDirectory here = SharedBookies.open(options)) {
      try (WalWriter<String> log = WalWriter.open(here, Codecs.utf8(), small())) {
        for (int i = 1; i <= 40; i++) {
          log.append(i + "x".repeat(300));
        }
        log.sync();
        log.truncateAfter(30);
        log.appendDurable("other 31");
        log.truncateAfter(30);
      }
      AppendFile file = here.create("cut", 0);
      file.write(ByteBuffer.allocate(100));
      file.truncate(60);
      file.write(ByteBuffer.allocate(30));
      file.truncate(50);
      file.close();
    }
    lose("/names");
    lose("/inodes");
    try (BookKeeperDirectory there = SharedBookies.open(options)) {
      assertThat(there.rebuildNames()).isPositive();
      assertThat(entries(there)).hasSize(30).last().asString().startsWith("30x");
      assertThat(DurableFile.read(there, "cut", 1_000)).hasSize(50);
      try (WalWriter<String> log = WalWriter.open(there, Codecs.utf8(), small())) {
        assertThat(log.appendDurable("new 31")).isEqualTo(31);
      }
    }
    lose("/names");
    try (BookKeeperDirectory there = SharedBookies.open(options)) {
      assertThat(there.rebuildNames()).as("the inodes are still there").isPositive();
      assertThat(entries(there)).hasSize(31).last().isEqualTo("new 31");
    }
  }

  @Test
  void nothingIsMadeAgainBesideAWriterOrOverAnotherFile() throws Exception {
    try (BookKeeperDirectory here = SharedBookies.open(options)) {
      DurableFile.write(here, "a", "first".getBytes(UTF_8));
      try (DirectoryLock lock = here.lock(".lock")) {
        assertThatThrownBy(here::rebuildNames).isInstanceOf(LockHeldException.class);
        lock.requireHeld();
      }
    }
    lose("/names");
    try (BookKeeperDirectory there = SharedBookies.open(options)) {
      DurableFile.write(there, "a", "second".getBytes(UTF_8));
      assertThat(there.rebuildNames()).isZero();
      assertThat(warnings).anySatisfy(each -> assertThat(each).contains("another file"));
      assertThat(new String(DurableFile.read(there, "a", 10), UTF_8)).isEqualTo("second");
    }
  }
}
