package dev.durability.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.AppendFile;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Faults strike where they are told to, and do what they are called. */
class FaultDirectoryTest {
  private final CrashDirectory disk = new CrashDirectory();
  private final FaultDirectory directory = new FaultDirectory(disk);

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private String read(String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      ByteBuffer all = ByteBuffer.allocate((int) file.size());
      while (all.hasRemaining() && file.read(all, all.position()) > 0) {
        // Reads may be short.
      }
      return new String(all.array(), UTF_8);
    }
  }

  @Test
  void nthOperationFailsAndOthersDoNot() throws IOException {
    directory.inject(Fault.of(Operation.CREATE).nth(2));
    directory.create("a", 0).close();
    assertThatThrownBy(() -> directory.create("b", 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Input/output error");
    directory.create("c", 0).close();
    assertThat(directory.list("")).containsExactly("a", "c");
    assertThat(directory.injected()).isEqualTo(1);
    assertThat(directory.count(Operation.CREATE)).isEqualTo(3);
  }

  @Test
  void everyNthOperationFailsOnPathsOfTheRuleAlone() throws IOException {
    directory.inject(Fault.of(Operation.EXISTS).endingIn("x").every(2));
    int failed = 0;
    for (int i = 0; i < 6; i++) {
      assertThat(directory.exists("a")).isFalse();
      try {
        assertThat(directory.exists("x")).isFalse();
      } catch (IOException e) {
        failed++;
      }
    }
    assertThat(failed).isEqualTo(3);
    directory.heal();
    assertThat(directory.exists("x")).isFalse();
  }

  @Test
  void fullDiskWritesWhatFitsAndGoesOnWithRoom() throws IOException {
    directory.fillUpAfter(3);
    try (AppendFile file = directory.create("a", 0)) {
      assertThatThrownBy(() -> file.write(bytes("12345")))
          .hasMessageContaining("No space left on device");
      assertThat(read("a")).isEqualTo("123");
      assertThat(file.position()).isZero();
      assertThatThrownBy(() -> file.write(bytes("6"))).isInstanceOf(AssertionError.class);
      file.truncate(0);
      directory.makeRoom();
      file.write(bytes("12345"));
    }
    assertThat(read("a")).isEqualTo("12345");
  }

  @Test
  void shortWriteLeavesItsFirstBytes() throws IOException {
    directory.inject(Fault.of(Operation.WRITE).shortWrite(2));
    try (AppendFile file = directory.create("a", 0)) {
      assertThatThrownBy(() -> file.write(bytes("12345"))).isInstanceOf(IOException.class);
    }
    assertThat(read("a")).isEqualTo("12");
  }

  @Test
  void failedSyncIsNotMadeGoodByTheNext() throws IOException {
    directory.inject(Fault.of(Operation.SYNC_FILE).on(path -> path.equals("b")));
    AppendFile file = directory.create("a", 0);
    directory.rename("a", "b"); // The file keeps its faults under its new name.
    directory.sync("");
    file.write(bytes("lost"));
    assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    file.sync();
    boolean lost = false;
    for (int seed = 0; seed < 50; seed++) {
      CrashDirectory found = disk.copy().afterPowerLoss(seed);
      try (ReadFile reader = found.open("b")) {
        ByteBuffer four = ByteBuffer.allocate(4);
        lost |= reader.read(four, 0) < 4 || !new String(four.array(), UTF_8).equals("lost");
      }
    }
    assertThat(lost).isTrue();
  }

  @Test
  void failureAfterTheEffectHasTheEffect() {
    directory.inject(Fault.of(Operation.CREATE).afterEffect());
    assertThatThrownBy(() -> directory.create("a", 0)).isInstanceOf(IOException.class);
    assertThat(disk.trace()).containsExactly("create a");
  }

  @Test
  void lostWriteLeavesTheOldBytesAndSaysNothing() throws IOException {
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("old old old"));
      file.truncate(4);
    }
    try (AppendFile file = directory.resume("a", 1)) {
      directory.inject(Fault.of(Operation.WRITE).lose());
      file.write(bytes("NEW"));
      assertThat(file.position()).isEqualTo(4);
      file.write(bytes("!"));
    }
    assertThat(read("a")).isEqualTo("old !");
  }

  @Test
  void misdirectedWriteIsElsewhere() throws IOException {
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("0123456789"));
    }
    try (AppendFile file = directory.resume("a", 6)) {
      directory.inject(Fault.of(Operation.WRITE).misdirect(-4));
      file.write(bytes("AB"));
    }
    assertThat(read("a")).isEqualTo("01AB456789");
  }

  @Test
  void oneBitIsFlippedInWhatIsRead() throws IOException {
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("AAAA"));
    }
    directory.inject(Fault.of(Operation.READ).flipBit(9));
    assertThat(read("a")).isEqualTo("ACAA");
    assertThat(read("a")).isEqualTo("AAAA");
  }

  @Test
  void slowSyncWaitsForTheTestAndHoldsNobodyElseUp() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger synced = new AtomicInteger();
    directory.inject(
        Fault.of(Operation.SYNC_DIRECTORY)
            .slow(
                () -> {
                  reached.countDown();
                  try {
                    go.await();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                }));
    Thread thread =
        new Thread(
            () -> {
              try {
                directory.sync("");
                synced.incrementAndGet();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    thread.start();
    reached.await();
    directory.create("a", 0).close();
    assertThat(synced).hasValue(0);
    go.countDown();
    thread.join();
    assertThat(synced).hasValue(1);
    assertThat(disk.trace()).containsExactly("create a", "sync directory the root");
  }

  @Test
  void effectThatDoesNotFitTheOperationIsRefused() {
    assertThatThrownBy(() -> Fault.of(Operation.READ).shortWrite(1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void faultStrikesFromTheNthOnUntilItIsHealed() throws IOException {
    directory.inject(Fault.of(Operation.SYNC_DIRECTORY).from(2).saying("no more"));
    directory.sync("");
    assertThatThrownBy(() -> directory.sync("")).hasMessageContaining("no more");
    assertThatThrownBy(() -> directory.sync("")).hasMessageContaining("no more");
    directory.heal().sync("");
    assertThat(directory.injected()).isEqualTo(2);
  }

  @Test
  void shortWriteOfMoreThanThereIsWritesAllAndFailsNevertheless() throws IOException {
    directory.inject(Fault.of(Operation.WRITE).nth(2).shortWrite(100));
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("12"));
      ByteBuffer source = bytes("345");
      assertThatThrownBy(() -> file.write(source)).isInstanceOf(IOException.class);
      assertThat(source.remaining()).isEqualTo(3);
      assertThat(file.position()).isEqualTo(2);
      assertThat(read("a")).isEqualTo("12345");
      assertThat(directory.bytesWritten()).isEqualTo(5);
    }
  }

  @Test
  void closeThatFailsHasClosed() throws IOException {
    directory.inject(Fault.of(Operation.CLOSE_APPEND));
    AppendFile file = directory.create("a", 0);
    assertThatThrownBy(file::close).hasMessageContaining("Input/output error");
    assertThatThrownBy(() -> file.write(bytes("1"))).isInstanceOf(IOException.class);
    file.close();
  }

  @Test
  void fullDiskCreatesNothingWithRoomForMore() throws IOException {
    directory.fillUpAfter(3);
    assertThatThrownBy(() -> directory.create("a", 4)).hasMessageContaining("No space left");
    assertThat(directory.exists("a")).isFalse();
    try (AppendFile file = directory.create("a", 3)) {
      file.write(bytes("123"));
      assertThatThrownBy(() -> file.write(bytes("4"))).hasMessageContaining("No space left");
    }
    assertThat(directory.injected()).isEqualTo(2);
  }

  @Test
  void watchersSeeEachOperationBeforeItAndMayStrikeIt() throws IOException {
    List<String> seen = new ArrayList<>();
    directory.before(
        (operation, path) -> {
          seen.add(operation + " " + path);
          if (operation == Operation.SYNC_FILE) {
            directory.inject(Fault.of(operation));
          }
        });
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("1"));
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    }
    directory.rename("a", "b");
    assertThat(seen)
        .containsExactly("CREATE a", "WRITE a", "SYNC_FILE a", "CLOSE_APPEND a", "RENAME a");
  }

  @Test
  void readsAreAsShortAsTheTestWants() throws IOException {
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("12345"));
    }
    directory.readAtMost(2);
    try (ReadFile file = directory.open("a")) {
      ByteBuffer target = ByteBuffer.allocate(5);
      assertThat(file.read(target, 0)).isEqualTo(2);
      assertThat(target.limit()).isEqualTo(5);
      assertThat(file.read(target, 4)).isEqualTo(1);
    }
    assertThat(read("a")).isEqualTo("12345");
    assertThatThrownBy(() -> directory.readAtMost(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
