package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.append.LockCheck;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.LockLostException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A writer that is not the only one any more acknowledges nothing and changes nothing. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("slow")
class LostLockTest {
  @TempDir Path temp;

  /** How a lock is lost without another writer. */
  private interface Loss {
    void inflict(Path root) throws IOException;
  }

  private static final Map<String, Loss> LOSSES =
      Map.of(
          "/.lock was removed",
          root -> Files.delete(root.resolve("wal/.lock")),
          "/.lock was replaced",
          root -> {
            Files.createFile(root.resolve("new"));
            Files.move(
                root.resolve("new"),
                root.resolve("wal/.lock"),
                StandardCopyOption.REPLACE_EXISTING);
          },
          "the directory",
          root -> Files.move(root.resolve("wal"), root.resolve("aside")),
          "wal/.lock was removed",
          root -> {
            Files.move(root.resolve("wal"), root.resolve("aside"));
            Files.createDirectory(root.resolve("wal"));
          },
          "another writer has taken it",
          root -> Files.writeString(root.resolve("wal/.lock"), "0".repeat(32)));

  private interface Call {
    void on(WalWriter<String> log) throws IOException;
  }

  private static final Map<String, Call> CALLS =
      Map.of(
          "appendDurable",
          log -> log.appendDurable("lost"),
          "appendAsync",
          log -> joined(log.appendAsync("lost")),
          "append and sync",
          log -> {
            log.append("lost");
            log.sync();
          },
          "append and flush",
          log -> {
            log.append("lost");
            log.flush();
          },
          "append of more than a segment",
          log -> log.appendDurable("lost".repeat(2_000)),
          "append until a segment is full",
          log -> {
            for (int i = 0; i < 100; i++) {
              log.append("lost".repeat(200));
            }
          },
          "appendBatch and sync",
          log -> {
            log.appendBatch(List.of("lost", "too"));
            log.sync();
          },
          "appendCheckpoint",
          log -> log.appendCheckpoint(1, ""),
          "truncate",
          log -> log.truncate(2));

  private static void joined(AppendFuture future) throws IOException {
    try {
      long unused = future.join();
    } catch (CompletionException e) {
      throw (IOException) e.getCause();
    }
  }

  @Test
  void whateverTookTheLockAwayEachCallIsRefusedAndChangesNothing() throws IOException {
    int tried = 0;
    for (Map.Entry<String, Loss> loss : LOSSES.entrySet()) {
      for (Map.Entry<String, Call> call : CALLS.entrySet()) {
        Path root = temp.resolve("log" + tried++);
        String where = loss.getKey() + ", " + call.getKey();
        FsDirectory directory = FsDirectory.open(root);
        WalWriter<String> log = Logs.open(directory);
        fillTwoSegments(log, directory);
        loss.getValue().inflict(root);
        Map<String, byte[]> before = filesOf(root);
        assertLost(() -> call.getValue().on(log), loss.getKey(), where);
        assertLost(() -> log.appendDurable("later"), loss.getKey(), where);
        assertLost(log::sync, loss.getKey(), where);
        closeWhatIsPoisoned(log);
        assertSame(before, filesOf(root), where);
      }
    }
    System.out.println("lost locks: " + tried + " ways of losing one and calls after it");
  }

  private static void fillTwoSegments(WalWriter<String> log, Directory directory)
      throws IOException {
    log.appendDurable("a".repeat(3_000));
    log.appendDurable("b".repeat(3_000));
    log.appendDurable("c");
    log.appendDurable("d");
    // Nothing is left to be done in the background.
    Await.until("the last entry is promised", () -> Logs.promised(directory) == 4);
    long asked = System.nanoTime();
    Await.until(
        "it asks again before it writes",
        () -> System.nanoTime() - asked > 2 * LockCheck.HELD_FOR_NANOS);
  }

  /** It throws where something that was appended is not durable. */
  private static void closeWhatIsPoisoned(WalWriter<String> log) {
    try {
      log.close();
    } catch (IOException e) {
      assertThat(e).isInstanceOf(WriterPoisonedException.class);
    }
  }

  @Test
  void idleWriterThatLostItsLockDoesNotEndTheLogAtClosing() throws IOException {
    for (Map.Entry<String, Loss> loss : LOSSES.entrySet()) {
      Path root = Files.createTempDirectory(temp, "idle");
      FsDirectory directory = FsDirectory.open(root);
      WalWriter<String> log = Logs.open(directory);
      fillTwoSegments(log, directory);
      loss.getValue().inflict(root);
      Map<String, byte[]> before = filesOf(root);
      assertThatThrownBy(log::close)
          .as(loss.getKey())
          .isInstanceOf(LockLostException.class)
          .hasMessageContaining(loss.getKey());
      assertSame(before, filesOf(root), loss.getKey());
    }
  }

  private static void assertLost(ThrowingCallable call, String how, String where) {
    assertThatThrownBy(call)
        .as(where)
        .isInstanceOfAny(WriterPoisonedException.class, LockLostException.class)
        .hasMessageContaining(how);
  }

  private static Map<String, byte[]> filesOf(Path root) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        // A file that is being made has no name yet that anyone reads.
        if (!file.toString().endsWith(".tmp") && !file.toString().endsWith("/.lock")) {
          files.put(root.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  private static void assertSame(
      Map<String, byte[]> before, Map<String, byte[]> after, String where) {
    assertThat(after.keySet()).as(where).isEqualTo(before.keySet());
    before.forEach((name, bytes) -> assertThat(after.get(name)).as(where + name).isEqualTo(bytes));
  }

  /**
   * Something in this JVM opens and closes the lock's file, which frees the lock; another process
   * takes the log, and both go on.
   */
  @Test
  void ofTwoWritersAfterACopyOfTheLockOnlyTheSecondAcknowledges() throws IOException {
    for (int idle = 0; idle < 2; idle++) {
      Path root = Files.createTempDirectory(temp, "two");
      FsDirectory directory = FsDirectory.open(root);
      Map<Long, String> acknowledged = new HashMap<>();
      WalWriter<String> log = Logs.open(directory);
      acknowledged.put(log.appendDurable("first"), "first");
      byte[] unused = Files.readAllBytes(root.resolve("wal/.lock"));
      acknowledged.put(log.appendDurable("still ours"), "still ours");
      Await.until("it has nothing left to write", () -> Logs.promised(directory) == 2);
      try (AppendingProcess child = AppendingProcess.start(root, "other")) {
        assertThat(child.line()).isEqualTo("open");
        assertThat(child.line()).isNotNull();
        if (idle == 0) {
          assertLost(() -> log.appendDurable("lost"), "another writer has taken it", "append");
        }
        assertThatThrownBy(log::close)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("another writer has taken it");
        assertThatThrownBy(() -> Logs.open(directory))
            .isInstanceOf(LockHeldException.class)
            .hasMessageContaining("process ");
        for (int i = 0; i < 200; i++) {
          note(child.line(), acknowledged);
        }
        child.kill();
        for (String line = child.line(); line != null; line = child.line()) {
          note(line, acknowledged);
        }
      }
      try (WalWriter<String> again = Logs.open(directory)) {
        assertThat(again.recovered().verdict()).isNotEqualTo(Verdict.CORRUPT);
      }
      Map<Long, String> found = new HashMap<>();
      WalReader.of(directory, dev.durability.codec.Codecs.utf8())
          .replay(WalReplay.START, Long.MAX_VALUE, found::put);
      assertThat(found).containsAllEntriesOf(acknowledged);
    }
  }

  /** The last line of a killed process may be cut. */
  private static void note(String line, Map<Long, String> acknowledged) {
    if (line != null && line.matches("\\d+ other\\.\\d\\.\\d+")) {
      int space = line.indexOf(' ');
      acknowledged.putIfAbsent(Long.parseLong(line.substring(0, space)), line.substring(space + 1));
    }
  }

  /** The lock is lost at each moment at which the writer asks for it, one after the other. */
  @Test
  void lockThatIsLostAtAnyMomentStopsTheWriterThere() throws IOException {
    for (int moment = 1; ; moment++) {
      MemoryDirectory memory = new MemoryDirectory();
      Losing losing = new Losing(memory, moment);
      List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
      boolean closed = tryToWork(losing, acknowledged);
      String where = "lost when asked for the time " + moment;
      if (closed) {
        assertThat(losing.asked).as("how often it is asked").isGreaterThanOrEqualTo(12);
        System.out.println("lost locks: " + losing.asked + " moments");
        return;
      }
      assertThat(losing.isLost()).as(where).isTrue();
      assertSame(losing.atLoss, contents(memory), where);
      assertThat(acknowledged).as(where).startsWith(losing.acknowledgedAtLoss);
      assertThat(acknowledged.size() - losing.acknowledgedAtLoss.length)
          .as(where)
          .isBetween(0, losing.beside ? 1 : 0);
      Logs.open(memory).close();
      List<String> found = Logs.entries(memory);
      assertThat(found.subList(0, acknowledged.size())).as(where).isEqualTo(acknowledged);
    }
  }

  /** Returns whether all went well. */
  private static boolean tryToWork(Losing losing, List<String> acknowledged) throws IOException {
    losing.acknowledged = acknowledged;
    WalWriter<String> log;
    try {
      log = Logs.open(losing);
    } catch (IOException lost) {
      return false;
    }
    boolean well = true;
    for (int i = 0; i < 12; i++) {
      String entry = i + "x".repeat(i % 3 == 2 ? 2_000 : 10);
      try {
        if (i == 8) {
          Await.until(
              "the log's thread writes no more",
              () -> Logs.promised(losing) == 8 || losing.isLost());
          List<SegmentRange> unused = log.truncate(0);
        }
        long unused = log.appendDurable(entry);
        acknowledged.add(entry);
      } catch (WriterPoisonedException poisoned) {
        assertThat(poisoned).hasCauseInstanceOf(LockLostException.class);
        well = false;
      }
    }
    try {
      log.close();
    } catch (IOException lost) {
      well = false;
    }
    return well;
  }

  private static Map<String, byte[]> contents(Directory memory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    for (String name : Logs.segments(memory)) {
      files.put(name, Logs.bytes(memory, "wal/" + name));
    }
    return files;
  }

  /** A directory whose lock is lost once it is asked for so many times. */
  private static final class Losing extends ForwardingDirectory {
    private final Directory under;
    private final int moment;
    private int asked;
    private final Thread appending = Thread.currentThread();
    private List<String> acknowledged = List.of();
    private String[] acknowledgedAtLoss = {};

    /** Lost by the log's own thread, perhaps between an acknowledgement and the note of it. */
    private boolean beside;

    private Map<String, byte[]> atLoss = Map.of();

    Losing(Directory under, int moment) {
      super(under);
      this.under = under;
      this.moment = moment;
    }

    synchronized boolean isLost() {
      return asked >= moment;
    }

    @Override
    public DirectoryLock lock(String path) throws IOException {
      DirectoryLock held = super.lock(path);
      return new DirectoryLock() {
        @Override
        public boolean isHeld() {
          return !isLost();
        }

        @Override
        public void requireHeld() throws IOException {
          synchronized (Losing.this) {
            if (++asked == moment) {
              atLoss = contents(under);
              acknowledgedAtLoss = acknowledged.toArray(String[]::new);
              beside = Thread.currentThread() != appending;
            }
            if (isLost()) {
              throw new LockLostException("as if it were lost");
            }
          }
        }

        @Override
        public void close() throws IOException {
          held.close();
        }
      };
    }
  }
}
