package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.LockHeldException;
import dev.durability.log.LogExtent;
import dev.durability.log.OpenMode;
import dev.durability.log.SegmentRange;
import dev.durability.storage.CountedDisk;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Logs that are only created, or only opened; and how much an open log says that it holds. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class WalOpenModeTest {
  private static final WalOptions OPEN_ONLY = options(OpenMode.OPEN_ONLY);
  private static final WalOptions CREATE_ONLY = options(OpenMode.CREATE_ONLY);

  private final MemoryDirectory directory = new MemoryDirectory();

  private static WalOptions options(OpenMode mode) {
    return WalOptions.builder().openMode(mode).build();
  }

  private static WalWriter<String> open(Directory directory, WalOptions options)
      throws IOException {
    return WalWriter.open(directory, Codecs.utf8(), options);
  }

  @Test
  void openOnlyCreatesNothingWhereNoLogIs() throws IOException {
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatExceptionOfType(NoSuchFileException.class)
          .isThrownBy(() -> open(directory, OPEN_ONLY))
          .withMessageContaining("wal");
      assertThat(directory.exists("wal/.lock")).isFalse();
      assertThat(directory.exists("checkpoints")).isFalse();
      directory.createDirectories("wal"); // As a crash in the middle of a creation leaves it.
    }
    assertThat(directory.list("wal")).isEmpty();
  }

  @Test
  void createOnlyCreatesALogAndRefusesOneThatIsThereUnchanged() throws IOException {
    try (WalWriter<String> log = open(directory, CREATE_ONLY)) {
      log.appendDurable("one");
      assertThatThrownBy(() -> open(directory, CREATE_ONLY))
          .isInstanceOf(FileAlreadyExistsException.class);
      assertThatThrownBy(() -> open(directory, OPEN_ONLY)).isInstanceOf(LockHeldException.class);
      log.appendDurable("two");
    }
    List<String> before = directory.list("wal");
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> open(directory, CREATE_ONLY))
        .withMessageContaining("OpenMode");
    assertThat(directory.list("wal")).isEqualTo(before);

    try (WalWriter<String> log = open(directory, OPEN_ONLY)) {
      assertThat(log.appendDurable("three")).isEqualTo(3);
    }
    assertThat(Logs.entries(directory)).containsExactly("one", "two", "three");
  }

  @Test
  void logWithoutEntriesIsALog() throws IOException {
    open(directory, CREATE_ONLY).close();

    assertThatThrownBy(() -> open(directory, CREATE_ONLY))
        .isInstanceOf(FileAlreadyExistsException.class);
    open(directory, OPEN_ONLY).close();
  }

  @Test
  void checkpointsWhoseLogIsGoneAreDamageInEachMode() throws IOException {
    directory.createDirectories("checkpoints");
    directory.create("checkpoints/00000000000000000007.ckpt", 0).close();

    for (OpenMode mode : OpenMode.values()) {
      assertThatThrownBy(() -> open(directory, options(mode)))
          .as("%s", mode)
          .isInstanceOf(CorruptLogException.class);
    }
  }

  @Test
  void temporaryFilesOfACreationThatACrashBrokeOffAreNoLog() throws IOException {
    directory.createDirectories("wal");
    String segment = "wal/00000000000000000001-00000000000000000001.wal";
    directory.create(segment + ".tmp", 0).close();

    assertThatThrownBy(() -> open(directory, OPEN_ONLY)).isInstanceOf(NoSuchFileException.class);
    assertThat(directory.exists(segment + ".tmp")).isTrue();
    open(directory, CREATE_ONLY).close();
    assertThat(directory.exists(segment + ".tmp")).isFalse();
  }

  @Test
  void creationThatDiesOrFailsAtAnyStepLeavesALogOrNoneAndOneOfTheModesGoesOn() throws IOException {
    for (boolean dies : new boolean[] {true, false}) {
      boolean created = false;
      int refused = 0;
      for (int step = 1; !created; step++) {
        CountedDisk disk = new CountedDisk(step);
        if (dies) {
          disk.dieAt(step);
        } else {
          disk.failAt(step);
        }
        long before = disk.changes();
        try {
          WalWriter<String> log = open(disk, CREATE_ONLY);
          created = disk.changes() - before < step;
          disk.heal();
          log.close();
        } catch (IOException e) {
          refused++;
          assertThat(e).isNotInstanceOf(FileAlreadyExistsException.class);
        }
        CountedDisk after = step % 2 == 0 ? disk.afterPowerLoss() : disk.afterDeath();
        assertExactlyOneModeOpens(after, "step=" + step + " dies=" + dies);
      }
      assertThat(refused).isGreaterThan(2);
    }
  }

  private static void assertExactlyOneModeOpens(CountedDisk disk, String where) throws IOException {
    List<OpenMode> opened = new ArrayList<>();
    for (OpenMode mode : List.of(OpenMode.OPEN_ONLY, OpenMode.CREATE_ONLY)) {
      CountedDisk each = disk.afterDeath();
      try (WalWriter<String> log = open(each, options(mode))) {
        assertThat(log.appendDurable("first")).as(where).isEqualTo(1);
        opened.add(mode);
      } catch (NoSuchFileException | FileAlreadyExistsException wrongMode) {
        assertThat(wrongMode).as(where).isNotNull();
      }
    }
    assertThat(opened).as(where).hasSize(1);
  }

  @Test
  void ofManyCreationsAtOnceOneSucceeds() throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 50; round++) {
        Directory fresh = new MemoryDirectory();
        CyclicBarrier start = new CyclicBarrier(threads);
        Callable<Boolean> create =
            () -> {
              start.await();
              try {
                open(fresh, CREATE_ONLY).close();
                return true;
              } catch (FileAlreadyExistsException | LockHeldException other) {
                return false;
              }
            };
        int created = 0;
        for (Future<Boolean> each : pool.invokeAll(List.of(create, create, create, create))) {
          created += each.get() ? 1 : 0;
        }
        assertThat(created).as("round=%s", round).isEqualTo(1);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void logThatComesOrGoesBetweenTheLookAndTheLockIsNoticed() throws IOException {
    Directory comes =
        new ForwardingDirectory(directory) {
          @Override
          public DirectoryLock lock(String path) throws IOException {
            WalOpenModeTest.open(directory, CREATE_ONLY).close();
            return super.lock(path);
          }
        };
    assertThatThrownBy(() -> open(comes, CREATE_ONLY))
        .isInstanceOf(FileAlreadyExistsException.class);

    Directory goes =
        new ForwardingDirectory(directory) {
          @Override
          public DirectoryLock lock(String path) throws IOException {
            for (String segment : Logs.segments(directory)) {
              directory.delete("wal/" + segment);
            }
            return super.lock(path);
          }
        };
    assertThatThrownBy(() -> open(goes, OPEN_ONLY)).isInstanceOf(NoSuchFileException.class);
    assertThat(Logs.segments(directory)).isEmpty();
    open(directory, CREATE_ONLY).close(); // Neither refusal kept the lock.
  }

  @Test
  @SuppressWarnings("NullAway") // Callers without a checker pass it.
  void noModeIsRefused() {
    assertThatNullPointerException().isThrownBy(() -> WalOptions.builder().openMode(null));
    assertThat(WalOptions.defaults().openMode()).isEqualTo(OpenMode.OPEN_OR_CREATE);
  }

  @Test
  void extentCountsEntriesDurableOrNotAndTheBytesOfTheSegment() throws IOException {
    try (WalWriter<String> log = Logs.open(directory, Logs.SMALL)) {
      assertThat(log.extent().entries()).isZero();
      assertThat(log.extent().nextEntryId()).isEqualTo(1);
      long header = log.extent().segmentBytes();
      assertThat(header).isPositive();
      log.append("x".repeat(1000));
      assertThat(log.extent().entries()).isEqualTo(1);
      assertThat(log.extent().segmentBytes()).isBetween(header + 1000, header + 1200);
      log.append("x".repeat(1000));
      assertThat(log.extent().segmentBytes()).isBetween(header + 2000, header + 2400);
      for (int i = 3; i <= 9; i++) {
        log.appendDurable("x".repeat(1000)); // Segments end at 4 KiB.
        assertThat(log.extent().segmentBytes()).isBetween(1000L, 4096L);
      }
      assertThat(log.extent()).extracting(LogExtent::entries).isEqualTo(9L);

      log.truncate(4);
      long first = log.segments().get(0).firstEntryId();
      assertThat(first).isGreaterThan(1);
      assertThat(log.extent().firstEntryId()).isEqualTo(first);
      assertThat(log.extent().entries()).isEqualTo(10 - first);

      log.truncateAfter(7);
      assertThat(log.extent().nextEntryId()).isEqualTo(8);
      assertThat(log.extent().entries()).isEqualTo(8 - first);
      log.restartAt(1001);
      assertThat(log.extent().nextEntryId()).isEqualTo(1001);
      assertThat(log.extent().entries()).isZero();
    }
    try (WalWriter<String> log = Logs.open(directory, Logs.SMALL)) {
      assertThat(log.extent().entries()).isZero();
      log.appendDurable("x");
      assertThat(log.extent().entries()).isEqualTo(1);
    }
  }

  @Test
  void truncationOfALogThatIsNotOpenAsksItsObserver() throws IOException {
    try (WalWriter<String> log = Logs.open(directory, Logs.SMALL)) {
      for (int i = 1; i <= 5; i++) {
        log.appendDurable(i + "x".repeat(3000));
      }
    }
    List<SegmentRange> told = new ArrayList<>();
    WalObserver keepsTheThird =
        new WalObserver() {
          @Override
          public boolean mayRemove(SegmentRange segment) {
            return segment.firstEntryId() != 3;
          }

          @Override
          public void onTruncate(List<SegmentRange> removed) {
            told.addAll(removed);
          }
        };

    List<SegmentRange> removed = WalMaintenance.truncate(directory, 4, keepsTheThird);

    assertThat(removed).extracting(SegmentRange::lastEntryId).containsExactly(1L, 2L);
    assertThat(told).isEqualTo(removed);
    assertThatThrownBy(() -> WalMaintenance.truncate(new MemoryDirectory(), 4, keepsTheThird))
        .isInstanceOf(NoSuchFileException.class);
  }
}
