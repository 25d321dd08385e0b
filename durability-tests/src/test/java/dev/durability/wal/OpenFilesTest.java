package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever fails, a log that was closed has no file open for writing. */
class OpenFilesTest {
  private static final int EACH_OF_THE_FIRST = 8;

  private final Set<AppendFile> open = ConcurrentHashMap.newKeySet();
  private int failed;

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"CREATE", "WRITE", "SYNC_FILE", "RENAME", "SYNC_DIRECTORY"})
  void noFileStaysOpenWhereAnOperationFails(Operation operation) {
    for (int preallocated : new int[] {0, 4096}) {
      WalOptions options = Logs.small().preallocatedBytesMax(preallocated).build();
      for (int nth = 1; nth <= EACH_OF_THE_FIRST; nth++) {
        FaultDirectory failing = new FaultDirectory(watched(new MemoryDirectory()));
        failing.inject(Fault.of(operation).nth(nth));
        rotateAndClose(failing, options);
        assertThat(open).as("%s %d, reserve %d", operation, nth, preallocated).isEmpty();
      }
    }
    assertThat(failed).as("calls that a failure reached").isPositive();
  }

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"CREATE", "WRITE", "SYNC_FILE", "RENAME", "SYNC_DIRECTORY", "CLOSE_APPEND"})
  void noFileStaysOpenWhereAnOperationThrowsAnError(Operation operation) {
    for (int preallocated : new int[] {0, 4096}) {
      WalOptions options = Logs.small().preallocatedBytesMax(preallocated).build();
      for (int nth = 1; nth <= EACH_OF_THE_FIRST; nth++) {
        FaultDirectory failing = new FaultDirectory(watched(new MemoryDirectory()));
        AtomicInteger left = new AtomicInteger(nth);
        failing.before(
            (each, path) -> {
              if (each == operation && left.decrementAndGet() == 0) {
                throw new StackOverflowError("planted");
              }
            });
        rotateAndClose(failing, options);
        assertThat(open).as("%s %d, reserve %d", operation, nth, preallocated).isEmpty();
      }
    }
    assertThat(failed).as("calls that an Error reached").isPositive();
  }

  private void rotateAndClose(Directory directory, WalOptions options) {
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 0; i < 6; i++) {
        append(log, "x".repeat(1500));
      }
    } catch (IOException | StackOverflowError atOpeningOrClosing) {
      failed++;
    }
  }

  private void append(WalWriter<String> log, String entry) {
    try {
      log.appendDurable(entry);
    } catch (IOException | StackOverflowError refused) {
      failed++;
    }
  }

  private Directory watched(Directory under) {
    return new ForwardingDirectory(under) {
      @Override
      public AppendFile create(String path, long expectedBytes) throws IOException {
        return new Watched(super.create(path, expectedBytes));
      }

      @Override
      public AppendFile resume(String path, long offset) throws IOException {
        return new Watched(super.resume(path, offset));
      }
    };
  }

  private final class Watched implements AppendFile {
    private final AppendFile under;

    Watched(AppendFile under) {
      this.under = under;
      open.add(this);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      under.write(source);
    }

    @Override
    public void sync() throws IOException {
      under.sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      under.truncate(size);
    }

    @Override
    public long position() {
      return under.position();
    }

    @Override
    public void close() throws IOException {
      open.remove(this);
      under.close();
    }
  }
}
