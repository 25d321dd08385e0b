package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.bookkeeper.cluster.ClusterNode;
import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import dev.durability.codec.Codecs;
import dev.durability.errors.LockLostException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.DurableFile;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three bookies, and one or two of them are gone for a while. */
class FewBookiesTest {
  @TempDir private static Path directory;
  private static LocalCluster cluster;
  private static Ledgers client;
  private static int roots;

  private final ConcurrentLinkedQueue<String> warnings = new ConcurrentLinkedQueue<>();

  /** Is done at the first warning, by a thread of its own. */
  private final AtomicReference<Runnable> reaction = new AtomicReference<>();

  private final BookKeeperOptions options =
      newRoot().takeOver(TakeOver.AT_ONCE).warnings(this::warned).build();

  @BeforeAll
  static void start() throws Exception {
    cluster =
        LocalCluster.start(directory, LocalClusterOptions.inThisJvm().zooKeepers(1).bookies(3));
    client = Ledgers.connect(newRoot().build());
  }

  @AfterAll
  static void close() throws Exception {
    client.close();
    cluster.close();
  }

  /** Opens a directory with a client that all share: closing one takes its time. */
  private BookKeeperDirectory open() throws IOException {
    return BookKeeperDirectory.open(options, ended -> new ZooKeeperKeeper(options, ended), client);
  }

  private static BookKeeperOptions.Builder newRoot() {
    return BookKeeperOptions.builder(cluster.zooKeeperServers(), "/few/test" + ++roots)
        .sessionTimeout(Duration.ofSeconds(20));
  }

  @AfterEach
  void allRun() throws IOException {
    for (ClusterNode bookie : cluster.bookies()) {
      if (!bookie.isRunning()) {
        bookie.start();
      }
    }
  }

  private void warned(String warning) {
    warnings.add(warning);
    Runnable todo = reaction.getAndSet(null);
    if (todo != null) {
      CompletableFuture<Void> unused = CompletableFuture.runAsync(todo);
    }
  }

  private static ClusterNode bookie(int index) {
    return cluster.bookies().get(index);
  }

  private static void start(ClusterNode bookie) {
    try {
      bookie.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A bookie that is dead, and registered until this session ends. */
  private Keeper stale() throws Exception {
    Keeper keeper = new ZooKeeperKeeper(options, () -> {});
    assertThat(keeper.awaitConnected(300_000_000_000L)).isTrue();
    Op registration =
        Op.create(
            "/ledgers/available/127.0.0.1:1", new byte[0], Session.ACLS, CreateMode.EPHEMERAL);
    Void unused = Awaiting.result(keeper.multi(List.of(registration)));
    return keeper;
  }

  @Test
  void openingWaitsForAThirdBookieWhileADeadOneIsRegistered() throws Exception {
    bookie(0).stop();
    Keeper stale = stale();
    reaction.set(() -> start(bookie(0)));
    try (BookKeeperDirectory opened = open()) {
      try (WalWriter<String> log = WalWriter.open(opened, Codecs.utf8(), WalOptions.defaults())) {
        log.appendDurable("one");
      }
      assertThat(warnings).anySatisfy(each -> assertThat(each).contains("bookies"));
      assertThat(WalReader.of(opened, Codecs.utf8()).readAll()).hasSize(1);
    } finally {
      stale.close();
    }
  }

  @Test
  void whatWasNotConfirmedWhenABookieDiedIsWrittenToAnotherLedger() throws Exception {
    byte[] expected = new byte[1_500_000];
    new Random(1).nextBytes(expected);
    try (BookKeeperDirectory opened = open();
        BookKeeperDirectory elsewhere = open();
        DirectoryLock lock = opened.lock(".lock");
        AppendFile file = opened.create("a", 0);
        ReadFile reader = opened.open("a")) {
      file.write(ByteBuffer.wrap(expected, 0, 200_000));
      file.flush();
      bookie(1).stop();
      reaction.set(() -> start(bookie(1)));
      file.write(ByteBuffer.wrap(expected, 200_000, 1_200_000));
      file.flush();
      assertThat(warnings).isNotEmpty();
      assertThat(reader.size()).isEqualTo(1_400_000);
      assertHas(elsewhere, Arrays.copyOf(expected, 1_400_000));
      file.write(ByteBuffer.wrap(expected, 1_400_000, 100_000));
      file.sync();
      assertHas(opened, expected);
      file.truncate(300_000);
      lock.requireHeld();
    }
    try (BookKeeperDirectory later = open()) {
      assertHas(later, Arrays.copyOf(expected, 300_000));
    }
  }

  @Test
  void twoOfThreeBookiesThatAreGoneAndComeBackAreWaitedFor() throws Exception {
    try (BookKeeperDirectory opened = open();
        WalWriter<String> log = WalWriter.open(opened, Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("one");
      bookie(0).stop();
      bookie(1).stop();
      reaction.set(
          () -> {
            start(bookie(0));
            start(bookie(1));
          });
      assertThat(log.appendDurable("two")).isEqualTo(2);
      assertThat(warnings).isNotEmpty();
      assertThat(WalReader.of(opened, Codecs.utf8()).readAll()).hasSize(2);
    }
  }

  /** As auto recovery does after a bookie died whose ledger is open and not being written. */
  @Test
  void ledgerThatWasClosedByOthersIsFollowedByAnotherWhileTheLockIsHeld() throws Exception {
    try (BookKeeperDirectory opened = open();
        DirectoryLock lock = opened.lock(".lock");
        AppendFile file = opened.create("a", 0)) {
      for (int i = 0; i < 3; i++) {
        file.write(ByteBuffer.wrap("entry".getBytes(UTF_8)));
        file.flush();
        client.fence(client.all(), 0, this::warned);
      }
      file.write(ByteBuffer.wrap("!".getBytes(UTF_8)));
      file.sync();
      lock.requireHeld();
      assertThat(new String(DurableFile.read(opened, "a", 100), UTF_8))
          .isEqualTo("entryentryentry!");
    }
    // A bookie that a test before this one stopped may take a moment to count again.
    assertThat(warnings).allSatisfy(each -> assertThat(each).contains("goes on in another ledger"));
  }

  private static void assertHas(BookKeeperDirectory from, byte[] expected) throws IOException {
    byte[] found = DurableFile.read(from, "a", 2_000_000);
    assertThat(found.length).isEqualTo(expected.length);
    assertThat(Arrays.equals(found, expected)).isTrue();
  }

  @Test
  void whoWaitsForBookiesGivesUpOnceTheLockIsLost() throws Exception {
    try (BookKeeperDirectory opened = open();
        BookKeeperDirectory other = open();
        DirectoryLock lost = opened.lock(".lock");
        AppendFile file = opened.create("a", 0)) {
      file.write(ByteBuffer.wrap("confirmed".getBytes(UTF_8)));
      file.flush();
      bookie(2).stop();
      CompletableFuture<DirectoryLock> taken = new CompletableFuture<>();
      reaction.set(
          () -> {
            try {
              taken.complete(other.lock(".lock"));
            } catch (IOException e) {
              taken.completeExceptionally(e);
            }
          });
      file.write(ByteBuffer.wrap(", and more".getBytes(UTF_8)));
      assertThatThrownBy(file::flush).isInstanceOf(LockLostException.class);
      assertThat(lost.isHeld()).isFalse();
      assertThat(new String(DurableFile.read(other, "a", 100), UTF_8)).startsWith("confirmed");
      taken.get().close();
    }
  }

  /** The first of three bookies lacks the last acknowledged entry, and the others do not answer. */
  @Test
  void readerThatCannotKnowWhetherAnEntryWasAcknowledgedFailsAndDoesNotLeaveItOut()
      throws Exception {
    LedgerTags tags = new LedgerTags("/few", "1", "a", 0, "nobody", "");
    // Its entries go on to two bookies while the third is gone.
    Ledgers patient =
        Ledgers.connect(newRoot().client(each -> each.setDelayEnsembleChange(true)).build());
    WriteHandle writer = patient.create(tags, LedgerLabel.of("a", 0, List.of()));
    long unused = writer.append("all have it".getBytes(UTF_8));
    bookie(0).stop();
    FoundLedger found =
        new FoundLedger(client.open(writer.getId(), "a"), "a", client.bookies(), 1_000);
    assertThat(found.length(Long.MAX_VALUE)).isEqualTo(11);
    unused = writer.append("two have it".getBytes(UTF_8));
    bookie(0).start();
    bookie(1).stop();
    bookie(2).stop();
    assertThatThrownBy(() -> found.length(Long.MAX_VALUE)).isInstanceOf(IOException.class);
    bookie(1).start();
    assertThat(found.length(Long.MAX_VALUE)).as("one who has it").isEqualTo(22);
    assertThat(found.length(Long.MAX_VALUE)).as("two say that there is no more").isEqualTo(22);
    found.close();
    Ledgers.close(writer);
    patient.close();
  }
}
