package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.recovery.History;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.FailingDirectory;
import dev.durability.storage.Failure;
import dev.durability.storage.Failure.Operation;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.SimulatedDisk;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@SuppressWarnings("FutureReturnValueIgnored") // Of calls that throw.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableStateTest {
  private final MemoryDirectory disk = new MemoryDirectory();
  private final FailingDirectory directory = new FailingDirectory(disk);
  private final Machine machine = new Machine();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  /** A history whose steps a test can hold up or make fail. */
  private static final class Machine implements StateMachine<List<String>, String> {
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

  private DurableState<List<String>, String> open() throws IOException {
    return open(directory, CheckpointPolicy.manual());
  }

  private DurableState<List<String>, String> open(Directory where, CheckpointPolicy policy)
      throws IOException {
    return open(where, policy, WalOptions.defaults());
  }

  private DurableState<List<String>, String> open(
      Directory where, CheckpointPolicy policy, WalOptions options) throws IOException {
    return DurableState.open(where, Codecs.utf8(), machine, policy, options);
  }

  private static List<String> all(DurableState<List<String>, String> state) throws IOException {
    return state.read(List::copyOf);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<Long> checkpoints() throws IOException {
    return Checkpoints.in(disk, Clock.systemUTC()).list();
  }

  @Test
  void acknowledgedUpdatesSurvivePowerLoss() throws Exception {
    for (long seed = 1; seed <= 12; seed++) {
      SimulatedDisk machineDisk = new SimulatedDisk(seed);
      List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
      for (int round = 0; round < 3; round++) {
        var state = open(machineDisk, CheckpointPolicy.manual());
        String which = "seed=" + seed + " round=" + round;
        assertThat(all(state)).as(which).containsAll(acknowledged).doesNotHaveDuplicates();
        machineDisk.dieAt(20 + 9 * seed);
        List<Future<?>> workers = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
          String name = round + "/" + t + "/";
          workers.add(
              threads.submit(
                  () -> {
                    try {
                      for (int i = 0; i < 200; i++) {
                        state.update(name + i);
                        acknowledged.add(name + i);
                        if (i % 7 == 6) {
                          state.checkpoint();
                        }
                      }
                    } catch (IOException theEnd) {
                      return;
                    }
                  }));
        }
        for (Future<?> each : workers) {
          each.get();
        }
        machineDisk = machineDisk.afterPowerLoss();
      }
      try (var state = open(machineDisk, CheckpointPolicy.manual())) {
        assertThat(all(state)).as("seed=" + seed).containsAll(acknowledged);
      }
    }
  }

  @Test
  void readerNeverSeesAnUpdateBeforeItIsSynced() throws Exception {
    try (var state = open()) {
      state.update("a");
      CountDownLatch syncing = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      AtomicBoolean armed = new AtomicBoolean(true);
      directory.before(
          (operation, path) -> {
            if (operation == Operation.SYNC_FILE && armed.compareAndSet(true, false)) {
              syncing.countDown();
              await(go);
            }
          });
      Future<Long> update = threads.submit(() -> state.update("b"));
      await(syncing);
      assertThat(all(state)).containsExactly("a");
      assertThat(state.lastAppliedId()).isEqualTo(1);
      assertThat(update.isDone()).isFalse();
      go.countDown();
      assertThat(update.get()).isEqualTo(2);
      assertThat(all(state)).containsExactly("a", "b");
    }
  }

  @Test
  void conditionalUpdatesDecideOneAfterTheOtherAmongOtherUpdates() throws Exception {
    try (var state = open()) {
      List<Future<?>> workers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String name = "noise " + t + " ";
        workers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 40; i++) {
                    state.updateIf(s -> Optional.of("count " + count(s)));
                    var unused = state.updateAsync(name + i);
                  }
                  return null;
                }));
      }
      for (Future<?> each : workers) {
        each.get();
      }
      state.sync();
      List<String> counts = all(state).stream().filter(e -> e.startsWith("count")).toList();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 160; i++) {
        expected.add("count " + i);
      }
      assertThat(counts).isEqualTo(expected);
      assertThat(all(state)).hasSize(320);
      for (int t = 0; t < 4; t++) {
        String name = "noise " + t + " ";
        List<String> noise = all(state).stream().filter(e -> e.startsWith(name)).toList();
        for (int i = 0; i < 40; i++) {
          assertThat(noise.get(i)).isEqualTo(name + i);
        }
      }
    }
  }

  private static long count(List<String> state) {
    return state.stream().filter(e -> e.startsWith("count")).count();
  }

  @Test
  void decisionThatThrowsOrDeclinesChangesNothing() throws IOException {
    try (var state = open()) {
      state.update("a");
      IllegalStateException mine = new IllegalStateException("mine");
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  state.updateIf(
                      s -> {
                        throw mine;
                      }))
          .isSameAs(mine);
      assertThat(state.updateIf(s -> Optional.empty())).isEmpty();
      assertThat(state.updateIf(s -> Optional.of(s.get(0) + "b")).getAsLong()).isEqualTo(2);
      assertThat(all(state)).containsExactly("a", "ab");
    }
  }

  @Test
  void applyThatThrowsStopsTheStateUntilItIsOpenedMended() throws IOException {
    var state = open();
    state.update("a");
    machine.poison = "bad";
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> state.update("bad"))
        .withMessageContaining("entry 2 ")
        .withCauseInstanceOf(IllegalStateException.class);
    List<Callable<?>> calls =
        List.of(
            () -> state.update("c"),
            () -> state.updateAsync("c"),
            () -> state.updateIf(s -> Optional.empty()),
            () -> state.read(List::size),
            state::checkpoint,
            () -> {
              state.sync();
              return 0;
            });
    for (Callable<?> call : calls) {
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(call::call)
          .withMessageContaining("entry 2 ");
    }
    state.close();
    List<String> files = disk.list("wal");
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(this::open)
        .withMessageContaining("entry 2 ")
        .withCauseInstanceOf(IllegalStateException.class);
    assertThat(disk.list("wal")).isEqualTo(files);
    machine.poison = "";
    try (var mended = open()) {
      assertThat(all(mended)).containsExactly("a", "bad");
      assertThat(mended.update("c")).isEqualTo(3);
    }
  }

  @Test
  void futureOfAnUpdateThatCannotBeAppliedFails() throws Exception {
    try (var state = open()) {
      machine.poison = "bad";
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> state.updateAsync("bad").get(20, TimeUnit.SECONDS))
          .withCauseInstanceOf(DurabilityException.class)
          .withMessageContaining("entry 1 ");
    }
  }

  @Test
  void stateThatIsUsedWhileAnEntryIsAppliedFailsInsteadOfHanging() throws IOException {
    for (int which = 0; which < 3; which++) {
      MemoryDirectory where = new MemoryDirectory();
      try (var state = open(where, CheckpointPolicy.manual())) {
        List<Machine.Step> calls =
            List.of(() -> state.read(List::size), state::checkpoint, () -> state.update("x"));
        machine.duringApply = calls.get(which);
        assertThatExceptionOfType(DurabilityException.class)
            .isThrownBy(() -> state.update("a"))
            .havingCause()
            .isInstanceOf(IllegalStateException.class)
            .withMessageContaining("while an entry is being applied");
        machine.duringApply = () -> {};
      }
      try (var state = open(where, CheckpointPolicy.manual())) {
        assertThat(all(state)).containsExactly("a");
      }
    }
  }

  @Test
  void closingByTheThreadThatWritesACheckpointFailsInsteadOfHanging() throws IOException {
    try (var state = open()) {
      state.update("a");
      machine.beforeWrite = state::close;
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(state::checkpoint)
          .havingCause()
          .isInstanceOf(IllegalStateException.class)
          .withMessageContaining("closed by the thread that writes a checkpoint");
      machine.beforeWrite = () -> {};
      assertThat(state.update("b")).isEqualTo(2);
      assertThat(state.checkpoint().lastEntryId()).isEqualTo(2);
    }
  }

  @Test
  void closingByAnInterruptedThreadWaitsForTheCheckpointAndKeepsTheFlag() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    machine.beforeWrite =
        () -> {
          writing.countDown();
          await(go);
        };
    var state = open(directory, CheckpointPolicy.manual().everyEntries(1));
    state.update("a");
    await(writing);
    FutureTask<Boolean> closing =
        new FutureTask<>(
            () -> {
              Thread.currentThread().interrupt();
              state.close();
              return Thread.interrupted();
            });
    threads.execute(closing);
    assertThatExceptionOfType(LockHeldException.class).isThrownBy(this::open);
    assertThat(closing.isDone()).isFalse();
    go.countDown();
    assertThat(closing.get()).as("the flag is set").isTrue();
    assertThat(checkpoints()).containsExactly(1L);
    open().close();
  }

  @Test
  void policiesRefuseLessThanOneAndSayWhatTheyDo() {
    CheckpointPolicy policy = CheckpointPolicy.manual();
    assertThatIllegalArgumentException().isThrownBy(() -> policy.everyEntries(0));
    assertThatIllegalArgumentException().isThrownBy(() -> policy.everyBytes(0));
    assertThat(policy).hasToString("checkpoint on demand");
    assertThat(policy.everyEntries(1).everyBytes(2).onClose())
        .hasToString("checkpoint every 1 entries, every 2 bytes, on close");
  }

  @Test
  void closingAfterApplyThrewGivesUpTheLogWhateverThePolicy() throws IOException {
    var state = open(directory, CheckpointPolicy.manual().onClose());
    machine.poison = "bad";
    assertThatExceptionOfType(DurabilityException.class).isThrownBy(() -> state.update("bad"));
    state.close();
    machine.poison = "";
    try (var mended = open()) {
      assertThat(all(mended)).containsExactly("bad");
    }
  }

  @Test
  void afterAFailedSyncUpdatesThrowAndReadingGoesOn() throws IOException {
    var state = open();
    state.update("a");
    directory.inject(Failure.of(Operation.SYNC_FILE).forever());
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(() -> state.update("b"));
    directory.heal();
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(() -> state.update("c"));
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(state::checkpoint);
    assertThat(disk.exists(Checkpoints.DIRECTORY)).isFalse();
    assertThat(all(state)).containsExactly("a");
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(state::close);
    try (var reopened = open()) {
      assertThat(all(reopened)).startsWith("a").doesNotContain("c");
    }
  }

  @Test
  void closingAPoisonedLogThrowsOnlyIfAnUpdateIsNotDurable() throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(4096).build();
    var state = open(directory, CheckpointPolicy.manual(), options);
    for (int i = 0; i < 3; i++) {
      state.update("x".repeat(3000));
      if (i == 2) {
        directory.inject(Failure.of(Operation.SYNC_DIRECTORY).on("wal"::equals).nth(2));
        assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(state::checkpoint);
      } else {
        state.checkpoint();
      }
    }
    assertThatExceptionOfType(WriterPoisonedException.class).isThrownBy(() -> state.update("b"));
    state.close();
    try (var reopened = open()) {
      assertThat(all(reopened)).hasSize(3);
    }
  }

  @Test
  void onAFullDiskTheOutcomeIsOpenAndWithRoomTheUpdateAppearsOnce() throws Exception {
    var state = open();
    state.update("a");
    directory.fillUpAfter(5);
    assertThatExceptionOfType(OutcomeOpenException.class).isThrownBy(() -> state.update("b"));
    CompletableFuture<Long> async = state.updateAsync("c");
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(async::get)
        .withCauseInstanceOf(OutcomeOpenException.class);
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> state.updateIf(s -> Optional.of("never")))
        .isNotInstanceOf(OutcomeOpenException.class)
        .withMessageContaining("nothing was decided");
    assertThat(all(state)).containsExactly("a");
    directory.makeRoom();
    state.sync();
    assertThat(all(state)).containsExactly("a", "b", "c");
    state.update("d");
    state.close();
    try (var reopened = open()) {
      assertThat(all(reopened)).containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void updatesGoOnWhileACheckpointIsWrittenAndAreNotInIt() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (var state = open()) {
      state.update("a");
      machine.beforeWrite =
          () -> {
            writing.countDown();
            await(go);
          };
      Future<PublishResult> checkpoint = threads.submit(state::checkpoint);
      await(writing);
      Future<PublishResult> second = threads.submit(state::checkpoint);
      state.update("b");
      state.updateIf(s -> Optional.of("c"));
      assertThat(state.updateAsync("d").get()).isEqualTo(4);
      assertThat(all(state)).containsExactly("a", "b", "c", "d");
      assertThat(checkpoint.isDone()).isFalse();
      go.countDown();
      assertThat(checkpoint.get().lastEntryId()).isEqualTo(1);
      assertThat(second.get().lastEntryId()).isEqualTo(4);
    }
    List<String> first =
        Checkpoints.in(disk, Clock.systemUTC()).read(Checkpoints.pathOf(1), machine::read);
    assertThat(first).containsExactly("a");
    try (var reopened = open()) {
      assertThat(all(reopened)).containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void policyCountsEntriesAlsoThoseReplayedAtOpening() throws IOException {
    CheckpointPolicy every = CheckpointPolicy.manual().everyEntries(10);
    try (var state = open(directory, every)) {
      for (int i = 1; i <= 9; i++) {
        state.update("entry " + i);
      }
    }
    assertThat(checkpoints()).isEmpty();
    try (var state = open(directory, every)) {
      state.update("the tenth");
    } // Closing waits for the checkpoint that is due.
    assertThat(checkpoints()).containsExactly(10L);
    try (var state = open(directory, every)) {
      for (int i = 1; i <= 9; i++) {
        state.update("entry " + i);
      }
    }
    assertThat(checkpoints()).containsExactly(10L);
  }

  @Test
  void policyCountsBytes() throws IOException {
    try (var state = open(directory, CheckpointPolicy.manual().everyBytes(10_000))) {
      state.update("x".repeat(9_000));
      assertThat(checkpoints()).isEmpty();
      state.update("x".repeat(1_000));
    }
    assertThat(checkpoints()).containsExactly(2L);
  }

  @Test
  void policyOnCloseWritesOnlyIfSomethingChanged() throws IOException {
    CheckpointPolicy onClose = CheckpointPolicy.manual().onClose();
    open(directory, onClose).close();
    assertThat(checkpoints()).isEmpty();
    try (var state = open(directory, onClose)) {
      state.update("a");
    }
    assertThat(checkpoints()).containsExactly(1L);
    long last = WalMaintenance.verify(disk).intact();
    open(directory, onClose).close();
    assertThat(checkpoints()).containsExactly(1L);
    assertThat(WalMaintenance.verify(disk).intact()).as("no second marker").isEqualTo(last);
    assertThat(CheckpointPolicy.manual()).hasToString("checkpoint on demand");
    assertThat(onClose.everyEntries(3)).hasToString("checkpoint every 3 entries, on close");
  }

  @Test
  void failingBackgroundCheckpointIsReportedAndTheNextIsWritten() throws Exception {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch failures = new CountDownLatch(2);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          reported.add(e);
          failures.countDown();
        });
    AssertionError error = new AssertionError("an Error");
    IOException exception = new IOException("an exception");
    List<Throwable> toThrow = new ArrayList<>(List.of(error, exception));
    machine.beforeWrite =
        () -> {
          if (!toThrow.isEmpty()) {
            Throwable next = toThrow.remove(0);
            if (next instanceof Error e) {
              throw e;
            }
            throw (IOException) next;
          }
        };
    try (var state = open(directory, CheckpointPolicy.manual().everyEntries(5))) {
      for (int i = 0; failures.getCount() > 0; i++) {
        state.update("entry " + i);
      }
      // The thread that failed may still be ending: what is due meanwhile is started by it, or by
      // an update.
      for (int i = 0; checkpoints().isEmpty(); i++) {
        state.update("more " + i);
      }
      state.update("last");
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(reported.get(0)).isSameAs(error);
    assertThat(reported.get(1)).hasCause(exception);
    assertThat(reported).hasSize(2);
    try (var state = open()) {
      assertThat(all(state)).endsWith("last");
    }
  }

  @Test
  void closingSettlesWhatIsPendingAndRefusesWhatComesLater() throws Exception {
    var state = open();
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      futures.add(state.updateAsync("entry " + i));
    }
    state.close();
    for (int i = 0; i < 500; i++) {
      assertThat(futures.get(i).get()).isEqualTo(i + 1);
    }
    state.close();
    assertThat(all(state)).hasSize(500);
    List<Callable<?>> calls =
        List.of(
            () -> state.update("c"),
            () -> state.updateAsync("c"),
            () -> state.updateIf(s -> Optional.empty()),
            state::checkpoint,
            () -> {
              state.sync();
              return 0;
            });
    for (Callable<?> call : calls) {
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(call::call)
          .withMessageContaining("closed");
    }
    assertThat(checkpoints()).isEmpty();
    try (var reopened = open()) {
      assertThat(all(reopened)).hasSize(500);
    }
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it looks at what a thread does.
  void closingWaitsForACheckpointOnDemand() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    machine.beforeWrite =
        () -> {
          writing.countDown();
          await(go);
        };
    var state = open();
    state.update("a");
    Future<PublishResult> checkpoint = threads.submit(state::checkpoint);
    await(writing);
    FutureTask<Object> closing =
        new FutureTask<>(
            () -> {
              state.close();
              return "closed";
            });
    Thread closer = new Thread(closing);
    closer.start();
    while (closer.isAlive() && closer.getState() != Thread.State.WAITING) {
      Thread.yield(); // Until it waits, or has closed what the checkpoint needs.
    }
    go.countDown();
    assertThat(checkpoint.get().lastEntryId()).isEqualTo(1);
    assertThat(closing.get()).isEqualTo("closed");
    assertThat(checkpoints()).containsExactly(1L);
  }

  @Test
  void closingAmongUpdatesOfManyThreadsLosesNoAcknowledgedOne() throws Exception {
    for (int round = 0; round < 10; round++) {
      MemoryDirectory where = new MemoryDirectory();
      var state = open(where, CheckpointPolicy.manual().everyEntries(20).onClose());
      List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
      CountDownLatch some = new CountDownLatch(30);
      List<Future<?>> workers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String name = "t" + t + " ";
        workers.add(
            threads.submit(
                () -> {
                  for (int i = 0; ; i++) {
                    try {
                      state.update(name + i);
                    } catch (DurabilityException closed) {
                      assertThat(closed).hasMessageContaining("closed");
                      return null;
                    }
                    acknowledged.add(name + i);
                    some.countDown();
                  }
                }));
      }
      await(some);
      state.close();
      for (Future<?> each : workers) {
        each.get();
      }
      try (var reopened = open(where, CheckpointPolicy.manual())) {
        assertThat(all(reopened)).containsExactlyInAnyOrderElementsOf(acknowledged);
      }
    }
  }

  @Test
  void reopeningTwentyTimesKeepsAllInOrder() throws IOException {
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      try (var state = open(directory, CheckpointPolicy.manual().everyEntries(7).onClose())) {
        assertThat(all(state)).isEqualTo(expected);
        for (int i = 0; i < 3; i++) {
          expected.add(round + "/" + i);
          state.update(round + "/" + i);
        }
      }
    }
    assertThat(checkpoints()).hasSize(2);
  }

  @Test
  void logWhoseNewestCheckpointIsKeptElsewhereIsRefusedAndNoPartialStateIsBuilt()
      throws IOException {
    try (var log = WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
      long last = log.appendDurable("a");
      log.appendCheckpoint(last, "");
    }
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> open())
        .withMessageContaining("a checkpoint covers what is before");
  }

  @Test
  void secondOpeningIsRefusedWhileTheFirstIsOpen() throws IOException {
    var state = open();
    assertThatExceptionOfType(LockHeldException.class).isThrownBy(this::open);
    state.update("a");
    state.close();
    open().close();
  }

  @Test
  void entryThatCannotBeEncodedChangesNothing() throws IOException {
    Codec<String> picky =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) throws IOException {
            out.write(1);
            if (value.equals("no")) {
              throw new CodecException("no", null);
            }
            Codecs.utf8().encode(value, out);
          }

          @Override
          public String decode(ByteBuffer in) throws IOException {
            in.get();
            return Codecs.utf8().decode(in);
          }
        };
    WalOptions options = WalOptions.builder().entryBytesMax(100).build();
    try (var state =
        DurableState.open(directory, picky, machine, CheckpointPolicy.manual(), options)) {
      state.update("a");
      assertThatExceptionOfType(CodecException.class).isThrownBy(() -> state.update("no"));
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> state.updateIf(s -> Optional.of("no")));
      assertThatIllegalArgumentException().isThrownBy(() -> state.update("x".repeat(100)));
      assertThatIllegalArgumentException().isThrownBy(() -> state.updateAsync("x".repeat(100)));
      assertThat(state.update("b")).isEqualTo(2);
      assertThat(all(state)).containsExactly("a", "b");
    }
  }

  @Test
  void interruptsNeitherStopTheStateNorLoseAnUpdate() throws Exception {
    try (var state = open(directory, CheckpointPolicy.manual().everyEntries(30))) {
      List<Thread> workers = new ArrayList<>();
      List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
      AtomicReference<Throwable> failure = new AtomicReference<>();
      for (int t = 0; t < 3; t++) {
        String name = "t" + t + " ";
        Thread worker =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < 100; i++) {
                      String entry = name + i;
                      if (i % 3 == 0) {
                        state.updateIf(s -> Optional.of(entry));
                      } else {
                        state.update(entry);
                      }
                      acknowledged.add(entry);
                    }
                  } catch (IOException | RuntimeException e) {
                    failure.set(e);
                  }
                });
        worker.start();
        workers.add(worker);
      }
      while (workers.stream().anyMatch(Thread::isAlive)) {
        workers.forEach(Thread::interrupt);
        Thread.onSpinWait();
      }
      assertThat(failure.get()).isNull();
      assertThat(acknowledged).hasSize(300);
      assertThat(all(state)).containsExactlyInAnyOrderElementsOf(acknowledged);
    }
  }

  @Test
  void afterManyKillsRecoveryReplaysNoMoreThanThePolicy() throws IOException {
    SimulatedDisk where = new SimulatedDisk(99);
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 15; round++) {
      var state = open(where, CheckpointPolicy.manual());
      assertThat(all(state)).isEqualTo(expected);
      long replayed = state.recovered().intact() - state.recovered().covered();
      assertThat(replayed).as("round " + round).isLessThanOrEqualTo(10 + 1); // And a marker.
      for (int i = 0; i < 25; i++) {
        state.update(round + "/" + i);
        expected.add(round + "/" + i);
        if (i % 10 == 9) {
          state.checkpoint();
        }
      }
      assertThat(where.list("checkpoints").size()).isLessThanOrEqualTo(2);
      assertThat(where.list("wal").size()).isLessThan(8);
      where = where.afterDeath();
    }
  }

  /** Runs something in what depends on an update, on whatever thread settles it. */
  private <T> T inCallback(DurableState<List<String>, String> state, Callable<T> what)
      throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch registered = new CountDownLatch(1);
    AtomicBoolean armed = new AtomicBoolean(true);
    directory.before(
        (operation, path) -> {
          if (operation == Operation.SYNC_FILE && armed.compareAndSet(true, false)) {
            syncing.countDown();
            await(registered);
          }
        });
    CompletableFuture<T> result =
        state
            .updateAsync("trigger")
            .thenApply(
                id -> {
                  try {
                    return what.call();
                  } catch (Exception e) {
                    throw new CompletionException(e);
                  }
                });
    registered.countDown();
    return result.get(30, TimeUnit.SECONDS);
  }

  @Test
  void whatDependsOnAnUpdateMayUseTheState() throws Exception {
    var state = open();
    assertThat(inCallback(state, () -> Thread.currentThread().getName()))
        .isEqualTo("durability-wal");
    assertThat(inCallback(state, () -> all(state))).containsExactly("trigger", "trigger");
    assertThat(inCallback(state, () -> state.update("x"))).isEqualTo(4);
    assertThat(inCallback(state, () -> state.updateIf(s -> Optional.of("y"))).getAsLong())
        .isEqualTo(6);
    assertThat(inCallback(state, () -> state.updateAsync("z")).get()).isEqualTo(8);
    assertThat(inCallback(state, state::checkpoint).lastEntryId()).isEqualTo(9);
    assertThat(all(state)).hasSize(9);
    inCallback(
        state,
        () -> {
          state.close();
          return 0;
        });
    try (var reopened = open()) {
      assertThat(all(reopened)).hasSize(10);
    }
  }

  @Test
  void manyUpdatesEachFollowedByAnotherDoNotHang() throws Exception {
    WalOptions small = WalOptions.builder().bufferBytes(4096).segmentBytes(8192).build();
    try (var state = open(directory, CheckpointPolicy.manual().everyEntries(300), small)) {
      List<Future<?>> workers = new ArrayList<>();
      List<CompletableFuture<?>> followers = Collections.synchronizedList(new ArrayList<>());
      for (int t = 0; t < 3; t++) {
        String name = "t" + t + " ";
        workers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    int number = i;
                    followers.add(
                        state
                            .updateAsync(name + i)
                            .thenAccept(id -> follow(state, name + number + "+", number)));
                    if (i % 10 == 0) {
                      state.updateIf(s -> Optional.empty());
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : workers) {
        each.get();
      }
      CompletableFuture.allOf(followers.toArray(CompletableFuture[]::new)).join();
      assertThat(all(state)).hasSize(1200).doesNotHaveDuplicates();
    }
    try (var reopened = open()) {
      assertThat(all(reopened)).hasSize(1200);
    }
  }

  private static void follow(DurableState<List<String>, String> state, String entry, int number) {
    try {
      if (number % 2 == 0) {
        state.update(entry);
      } else {
        state.updateIf(s -> Optional.of(entry));
      }
      if (number % 100 == 0) {
        state.checkpoint();
      }
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  @Test
  void updatingFromWithinAReadingOrADecisionFailsInsteadOfHanging() throws IOException {
    try (var state = open()) {
      List<Machine.Step> calls =
          List.of(
              () -> state.update("x"),
              () -> state.updateAsync("x"),
              () -> state.updateIf(s -> Optional.of("x")),
              state::checkpoint,
              state::sync,
              state::close);
      for (Machine.Step call : calls) {
        assertThatIllegalStateException().isThrownBy(() -> state.read(s -> run(call)));
        assertThatIllegalStateException().isThrownBy(() -> state.updateIf(s -> run(call)));
      }
      assertThat(state.update("a")).isEqualTo(1);
      assertThat(all(state)).containsExactly("a");
    }
  }

  private static Optional<String> run(Machine.Step call) {
    try {
      call.run();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Optional.of("not reached");
  }

  @Test
  void updatesThatFillTheBuffersOfAFullDiskAreToldFromThoseInTheLog() throws IOException {
    WalOptions options =
        WalOptions.builder().bufferBytes(4096).flushPolicy(FlushPolicy.manual()).build();
    var state = open(directory, CheckpointPolicy.manual(), options);
    state.update("a");
    directory.fillUp();
    int open = 0;
    DurabilityException refused = null;
    while (refused == null) {
      try {
        state.update("x".repeat(1000) + open);
      } catch (OutcomeOpenException e) {
        open++;
      } catch (DurabilityException e) {
        refused = e;
      }
    }
    assertThat(refused).hasMessageContaining("nothing was appended");
    directory.makeRoom();
    state.sync();
    assertThat(all(state)).hasSize(1 + open);
    state.close();
  }
}
