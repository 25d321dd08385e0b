package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.LockLostException;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An opening that fails gives up its lock, even if an Error comes while it deals with that. */
@Timeout(600)
class FailedOpeningTest {
  private final Error planted = new StackOverflowError("planted");
  private final MemoryDirectory memory = new MemoryDirectory();

  /** Opens a log, or a record log, for writing. */
  @FunctionalInterface
  private interface Opening {
    Closeable open(Directory directory) throws IOException;
  }

  private static WalWriter<String> openLog(Directory directory) throws IOException {
    return Logs.open(directory);
  }

  private static RecordLogWriter<String> openRecords(Directory directory) throws IOException {
    return RecordLogWriter.open(directory, "records", Codecs.utf8());
  }

  /** Its locks do as they are told. */
  private abstract static class Locked extends ForwardingDirectory {
    Locked(Directory under) {
      super(under);
    }

    void asked() throws IOException {}

    void guarded() throws IOException {}

    @Override
    public DirectoryLock lock(String path) throws IOException {
      DirectoryLock lock = super.lock(path);
      return new DirectoryLock() {
        @Override
        public boolean isHeld() {
          return lock.isHeld();
        }

        @Override
        public void requireHeld() throws IOException {
          asked();
        }

        @Override
        public void guard(String file) throws IOException {
          guarded();
        }

        @Override
        public void close() throws IOException {
          lock.close();
        }
      };
    }
  }

  @Test
  void errorWhileItIsAskedWhetherTheLockIsLostLeavesItFree() throws IOException {
    try (WalWriter<String> log = openLog(memory);
        RecordLogWriter<String> records = openRecords(memory)) {
      log.appendDurable("something to go on after");
      records.append("something to promise again");
    }
    for (Opening opening :
        List.<Opening>of(FailedOpeningTest::openLog, FailedOpeningTest::openRecords)) {
      int moment = 1;
      while (failsIfTheLockIsLostAt(moment, opening)) {
        opening.open(memory).close();
        moment++;
      }
      assertThat(moment).as("moments at which the lock was lost").isGreaterThan(2);
    }
  }

  /** Whether the lock is asked for so many times; after that, asking throws an Error. */
  private boolean failsIfTheLockIsLostAt(int moment, Opening opening) throws IOException {
    AtomicInteger left = new AtomicInteger(moment);
    Directory lost =
        new Locked(memory) {
          @Override
          void asked() throws IOException {
            int now = left.decrementAndGet();
            if (now == 0) {
              throw new LockLostException("planted");
            }
            if (now < 0) {
              throw planted;
            }
          }
        };
    try {
      Closeable opened = opening.open(lost);
      left.set(Integer.MAX_VALUE);
      opened.close();
      return false;
    } catch (LockLostException | StackOverflowError refused) {
      return true;
    }
  }

  private static final class WithoutWords extends IOException {
    private static final long serialVersionUID = 1;

    private final Error error;

    WithoutWords(Error error) {
      this.error = error;
    }

    @Override
    public String getMessage() {
      throw error;
    }
  }

  @Test
  void errorWhileTheFailureIsPutIntoWordsLeavesTheLockFree() throws IOException {
    Directory full =
        new ForwardingDirectory(memory) {
          @Override
          public AppendFile create(String path, long expectedBytes) throws IOException {
            throw new WithoutWords(planted);
          }
        };
    assertThatThrownBy(() -> openLog(full)).isSameAs(planted);
    openLog(memory).close();
  }

  /** Cannot be closed. */
  private record Stuck(AppendFile file, Error error) implements AppendFile {
    @Override
    public void write(ByteBuffer source) throws IOException {
      file.write(source);
    }

    @Override
    public void sync() throws IOException {
      file.sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public long position() {
      return file.position();
    }

    @Override
    public void close() {
      throw error;
    }
  }

  @Test
  void errorWhileTheFileOfARecordLogIsClosedLeavesTheLockFree() throws IOException {
    Directory stuck =
        new Locked(memory) {
          @Override
          void guarded() throws IOException {
            throw new IOException("cannot be guarded");
          }

          @Override
          public AppendFile create(String path, long expectedBytes) throws IOException {
            return new Stuck(super.create(path, expectedBytes), planted);
          }
        };
    assertThatThrownBy(() -> openRecords(stuck)).isSameAs(planted);
    openRecords(memory).close();
  }
}
