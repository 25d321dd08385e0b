package dev.durability;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.recovery.History;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * A state on a disk in memory that a test can make fail, and what the tests of states ask of it.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class DurableStateFixture {
  final MemoryDirectory disk = new MemoryDirectory();
  final FaultDirectory directory = new FaultDirectory(disk);
  final Machine machine = new Machine();
  final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  /** A history whose steps a test can hold up or make fail. */
  static final class Machine implements StateMachine<List<String>, String> {
    private final History history = new History();
    volatile String poison = "";
    volatile Step beforeWrite = () -> {};
    volatile Step duringApply = () -> {};

    interface Step {
      void run() throws IOException;
    }

    @Override
    public List<String> initial() {
      return history.initial();
    }

    @Override
    public List<String> apply(List<String> state, String entry) {
      if (entry.equals(poison)) {
        throw new IllegalStateException("cannot apply " + entry);
      }
      try {
        duringApply.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return history.apply(state, entry);
    }

    @Override
    public List<String> snapshot(List<String> state) {
      return history.snapshot(state);
    }

    @Override
    public void write(List<String> state, OutputStream out) throws IOException {
      beforeWrite.run();
      history.write(state, out);
    }

    @Override
    public List<String> read(InputStream in) throws IOException {
      return history.read(in);
    }
  }

  DurableState<List<String>, String> open() throws IOException {
    return open(directory, CheckpointPolicy.manual());
  }

  DurableState<List<String>, String> open(Directory where, CheckpointPolicy policy)
      throws IOException {
    return open(where, policy, WalOptions.defaults());
  }

  DurableState<List<String>, String> open(
      Directory where, CheckpointPolicy policy, WalOptions options) throws IOException {
    return DurableState.open(where, Codecs.utf8(), machine, policy, options);
  }

  static List<String> all(DurableState<List<String>, String> state) throws IOException {
    return state.read(List::copyOf);
  }

  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  List<Long> checkpoints() throws IOException {
    return Checkpoints.in(disk, Clock.systemUTC()).list();
  }
}
