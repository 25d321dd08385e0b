package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.recovery.StateMachine;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Updates that nobody waits for: how many may be pending, and what happens then. */
@SuppressWarnings("FutureReturnValueIgnored") // Of calls that throw.
class DurableStatePendingTest extends DurableStateFixture {
  private final Pending pending = new Pending();
  private final CountDownLatch diskGoesOn = new CountDownLatch(1);

  /** How much is appended and not yet applied. It is told of each append before the next. */
  private static final class Pending implements WalObserver {
    private final List<Long> ends = Collections.synchronizedList(new ArrayList<>());
    private volatile @Nullable DurableState<?, ?> state;
    private long bytes;
    private volatile long most;
    private volatile long mostBytes;

    @Override
    public void onAppend(long firstId, long lastId, long frameBytes) {
      bytes += frameBytes;
      ends.add(bytes);
      DurableState<?, ?> told = state;
      int applied = told == null ? 0 : (int) told.lastAppliedId();
      most = Math.max(most, lastId - applied);
      mostBytes = Math.max(mostBytes, bytes - (applied == 0 ? 0 : ends.get(applied - 1)));
    }

    int appended() {
      return ends.size();
    }
  }

  private FlushPolicy flushPolicy = WalOptions.defaults().flushPolicy();

  private DurableState<List<String>, String> open(StateOptions.Builder options) throws IOException {
    WalOptions ofLog = WalOptions.builder().observer(pending).flushPolicy(flushPolicy).build();
    var state =
        DurableState.open(
            directory,
            Codecs.utf8(),
            machine,
            options.checkpointPolicy(CheckpointPolicy.manual()).walOptions(ofLog).build());
    pending.state = state;
    return state;
  }

  /** From now on, each sync of a file waits until the disk goes on. */
  private void stopDisk() {
    directory.before(
        (operation, path) -> {
          if (operation == Operation.SYNC_FILE) {
            await(diskGoesOn);
          }
        });
  }

  /** Appends in a thread of its own. */
  private static FutureTask<List<CompletableFuture<Long>>> appending(
      DurableState<List<String>, String> state, String name, int count) {
    return new FutureTask<>(
        () -> {
          List<CompletableFuture<Long>> futures = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            futures.add(state.updateAsync(name + i));
          }
          return futures;
        });
  }

  /** Waits until so many are appended and none of the threads goes on, or all have ended. */
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it looks at what threads do.
  private void awaitStandstill(int appended, List<Thread> callers) {
    boolean runs = true;
    while (runs) {
      Thread.yield();
      boolean stands = callers.stream().allMatch(DurableStatePendingTest::waits);
      boolean ended = callers.stream().noneMatch(Thread::isAlive);
      runs = !ended && (!stands || pending.appended() < appended);
    }
  }

  private static boolean waits(Thread thread) {
    return thread.getState() == Thread.State.WAITING || !thread.isAlive();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void whileTooManyArePendingTheirCallersWaitForTheDisk(int producers) throws Exception {
    try (var state = open(StateOptions.builder().pendingUpdatesMax(8))) {
      stopDisk();
      List<FutureTask<List<CompletableFuture<Long>>>> tasks = new ArrayList<>();
      List<Thread> callers = new ArrayList<>();
      for (int t = 0; t < producers; t++) {
        FutureTask<List<CompletableFuture<Long>>> task = appending(state, "t" + t + " ", 30);
        tasks.add(task);
        callers.add(new Thread(task));
        callers.get(t).start();
      }
      awaitStandstill(8, callers);
      assertThat(pending.appended()).isEqualTo(8);
      assertThat(all(state)).as("readers wait for nobody").isEmpty();
      diskGoesOn.countDown();
      for (int t = 0; t < producers; t++) {
        long before = 0;
        for (CompletableFuture<Long> each : tasks.get(t).get()) {
          assertThat(each.get()).as("in the order of the calls").isGreaterThan(before);
          before = each.get();
        }
        String name = "t" + t + " ";
        assertThat(all(state).stream().filter(each -> each.startsWith(name)))
            .containsExactlyElementsOf(numbered(name, 30));
      }
      assertThat(all(state)).hasSize(producers * 30);
      assertThat(pending.most).isEqualTo(8);
    }
  }

  private static List<String> numbered(String name, int count) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(name + i);
    }
    return texts;
  }

  @Test
  void theBytesOfPendingUpdatesAreBounded() throws Exception {
    try (var state = open(StateOptions.builder().pendingBytesMax(2_000))) {
      stopDisk();
      FutureTask<List<CompletableFuture<Long>>> task = appending(state, "x".repeat(300), 30);
      Thread caller = new Thread(task);
      caller.start();
      awaitStandstill(6, List.of(caller));
      assertThat(pending.appended()).isEqualTo(6); // Of more than 300 bytes each.
      diskGoesOn.countDown();
      for (CompletableFuture<Long> each : task.get()) {
        each.get();
      }
      assertThat(all(state)).hasSize(30);
      assertThat(pending.mostBytes).isBetween(1_600L, 2_000L);
    }
  }

  @Test
  void anUpdateThatIsLargerThanTheBoundWaitsUntilItIsTheOnlyOne() throws Exception {
    try (var state = open(StateOptions.builder().pendingBytesMax(1_000))) {
      stopDisk();
      CompletableFuture<Long> alone = state.updateAsync("x".repeat(5_000));
      FutureTask<List<CompletableFuture<Long>>> task = appending(state, "y".repeat(5_000), 2);
      Thread caller = new Thread(task);
      caller.start();
      awaitStandstill(1, List.of(caller));
      assertThat(pending.appended()).isEqualTo(1);
      diskGoesOn.countDown();
      assertThat(alone.get()).isEqualTo(1);
      assertThat(task.get().get(1).get()).isEqualTo(3);
      assertThat(pending.most).isEqualTo(1);
    }
  }

  @Test
  void onAFullDiskNothingMoreIsAppendedAndWithRoomEachUpdateAppearsOnce() throws Exception {
    flushPolicy = FlushPolicy.manual();
    try (var state = open(StateOptions.builder().pendingUpdatesMax(4))) {
      state.update("a");
      directory.fillUpAfter(0);
      List<CompletableFuture<Long>> open = new ArrayList<>();
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(
              () -> {
                // The fifth at the latest: fewer if the log's own thread meets the full disk
                // before.
                while (open.size() < 5) {
                  open.add(state.updateAsync("open " + open.size()));
                }
              })
          .isNotInstanceOf(OutcomeOpenException.class)
          .withMessageContaining("nothing was appended")
          .withCauseInstanceOf(OutcomeOpenException.class);
      List<String> appended = new ArrayList<>(List.of("a"));
      for (int i = 0; i < open.size(); i++) {
        appended.add("open " + i);
      }
      for (CompletableFuture<Long> each : open) {
        assertThatExceptionOfType(CompletionException.class)
            .isThrownBy(each::join)
            .withCauseInstanceOf(OutcomeOpenException.class);
      }
      directory.makeRoom();
      appended.add("b");
      assertThat(state.updateAsync("b").join()).isEqualTo(appended.size());
      assertThat(all(state)).isEqualTo(appended);
    }
  }

  @Test
  void afterAFailedSyncNothingIsAppendedAndNobodyWaits() throws Exception {
    var state = open(StateOptions.builder().pendingUpdatesMax(2));
    state.update("a");
    directory.inject(Fault.of(Operation.SYNC_FILE).always());
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    assertThatExceptionOfType(WriterPoisonedException.class)
        .isThrownBy(
            () -> {
              while (futures.size() < 10) {
                futures.add(state.updateAsync("b"));
              }
            });
    for (CompletableFuture<Long> each : futures) {
      assertThatExceptionOfType(CompletionException.class).isThrownBy(each::join);
    }
    assertThat(all(state)).containsExactly("a");
    directory.heal();
    assertThatExceptionOfType(DurabilityException.class).isThrownBy(state::close);
  }

  @Test
  void anUpdateThatCannotBeAppliedStopsThoseThatWait() throws Exception {
    try (var state = open(StateOptions.builder().pendingUpdatesMax(2))) {
      machine.poison = "bad";
      stopDisk();
      CompletableFuture<Long> bad = state.updateAsync("bad");
      FutureTask<List<CompletableFuture<Long>>> task = appending(state, "x", 3);
      Thread caller = new Thread(task);
      caller.start();
      awaitStandstill(2, List.of(caller));
      diskGoesOn.countDown();
      assertThat(task)
          .failsWithin(Duration.ofMinutes(5))
          .withThrowableThat()
          .withCauseInstanceOf(DurabilityException.class)
          .withMessageContaining("entry 1 ");
      assertThatExceptionOfType(CompletionException.class).isThrownBy(bad::join);
      assertThat(pending.appended()).isEqualTo(2);
    }
  }

  /** Counts entries, and keeps none of them. */
  private static final class Counting implements StateMachine<Long, byte[]> {
    private final List<WeakReference<byte[]>> seen =
        Collections.synchronizedList(new ArrayList<>());

    @Override
    public Long initial() {
      return 0L;
    }

    @Override
    public Long apply(Long state, byte[] entry) {
      seen.add(new WeakReference<>(entry));
      return state + 1;
    }

    @Override
    public Long snapshot(Long state) {
      return state;
    }

    @Override
    public void write(Long state, OutputStream out) throws IOException {
      Codecs.longs().encode(state, out);
    }

    @Override
    public Long read(InputStream in) throws IOException {
      return Codecs.longs().decode(ByteBuffer.wrap(in.readAllBytes()));
    }
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // Gives the collector time.
  void aFutureThatIsKeptKeepsNoEntriesNeitherItsOwnNorLaterOnes() throws Exception {
    Counting counting = new Counting();
    try (var state =
        DurableState.open(directory, Codecs.bytes(), counting, StateOptions.defaults())) {
      CompletableFuture<Long> kept = state.updateAsync(new byte[100]);
      for (int i = 0; i < 10; i++) {
        state.updateAsync(new byte[100]).join();
      }
      while (counting.seen.stream().anyMatch(each -> each.get() != null)) {
        System.gc();
        Thread.yield();
      }
      assertThat(kept.join()).isEqualTo(1);
    }
  }

  /**
   * More updates than may be pending, each of which is followed by another: whoever makes room for
   * one has others to complete, which need room in turn.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void chainsOfUpdatesEachMakeRoomForTheNextAndNeitherHangNorPileUp(int pendingMax)
      throws Exception {
    int chains = 9;
    int links = 1_500;
    try (var state = open(StateOptions.builder().pendingUpdatesMax(pendingMax))) {
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch left = new CountDownLatch(chains);
      for (int i = 0; i < chains; i++) {
        link(state, links, left, failures);
      }
      await(left);
      assertThat(failures).isEmpty();
      assertThat(state.lastAppliedId()).isEqualTo((long) chains * links);
      assertThat(pending.most).isLessThanOrEqualTo(pendingMax);
    }
  }

  /** What depends on a future that is complete already runs at once: a loop goes on after it. */
  private static void link(
      DurableState<List<String>, String> state,
      int links,
      CountDownLatch left,
      List<Throwable> failures) {
    Thread self = Thread.currentThread();
    try {
      boolean goesOnHere = true;
      for (int at = links; goesOnHere; at--) {
        int remaining = at - 1;
        AtomicBoolean attaching = new AtomicBoolean(true);
        AtomicBoolean ranAtOnce = new AtomicBoolean();
        var unused =
            state
                .updateAsync("link")
                .whenComplete(
                    (id, failure) -> {
                      if (failure != null) {
                        failures.add(failure);
                      }
                      if (failure != null || remaining == 0) {
                        left.countDown();
                      } else if (attaching.get() && Thread.currentThread() == self) {
                        ranAtOnce.set(true);
                      } else {
                        link(state, remaining, left, failures);
                      }
                    });
        attaching.set(false);
        goesOnHere = ranAtOnce.get();
      }
    } catch (IOException | RuntimeException | Error e) {
      failures.add(e);
      left.countDown();
    }
  }

  @Test
  void optionsRefuseLessThanOne() {
    StateOptions.Builder options = StateOptions.builder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.pendingUpdatesMax(0))
        .withMessage("pendingUpdatesMax is 0: it must be at least 1");
    assertThatIllegalArgumentException().isThrownBy(() -> options.pendingBytesMax(0));
    assertThatIllegalArgumentException().isThrownBy(() -> options.checkpointsKept(0));
    StateOptions defaults = options.build();
    assertThat(defaults.pendingUpdatesMax()).isEqualTo(65_536);
    assertThat(defaults.pendingBytesMax()).isEqualTo(64 << 20);
    assertThat(defaults.checkpointsKept()).isEqualTo(2);
    assertThat(defaults.liveEntries()).isEqualTo(LiveEntries.DECODED);
  }
}
