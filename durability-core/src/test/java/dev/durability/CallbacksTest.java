package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.recovery.History;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.FailingDirectory;
import dev.durability.storage.Failure.Operation;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every callback that users may install, with every call of the API in it, made at several times of
 * a life: no call waits for itself. It works, or throws IllegalStateException, or what it throws
 * anyway. Then everything acknowledged is there, and the lock is free. {@code
 * -Ddurability.callbacks.all=true} tries each pair at more moments.
 */
@SuppressWarnings({"FutureReturnValueIgnored", "CatchAndPrintStackTrace"})
class CallbacksTest {
  /** Far beyond what a pair takes; it only ends what would hang. */
  private static final long WATCHDOG_SECONDS = 60;

  /** Whether the callback is taken from each step of a life on, or from every third. */
  private static final boolean EVERY_STEP = Boolean.getBoolean("durability.callbacks.all");

  private static final WalOptions.Builder SMALL =
      WalOptions.builder().segmentBytes(4_096).bufferBytes(4_096);

  private Thread.@Nullable UncaughtExceptionHandler before;
  private int pairs;
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();

  @BeforeEach
  void keepHandler() {
    before = Thread.getDefaultUncaughtExceptionHandler();
  }

  @AfterEach
  void restoreHandler() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  /** A call of the API. */
  private interface Call<T> {
    void on(T life) throws Exception;
  }

  /** Makes one call, in the first callback of a kind from a step on. */
  private static final class Hook {
    private final String wanted;
    private final int fromStep;
    private final AtomicBoolean fired = new AtomicBoolean();
    private volatile int step = -1;
    private volatile boolean ended;
    private volatile @Nullable Throwable thrown;
    private volatile @Nullable Throwable refused;
    private Runnable call = () -> {};

    Hook(String wanted, int fromStep) {
      this.wanted = wanted;
      this.fromStep = fromStep;
    }

    boolean wants(String callbacks) {
      return wanted.startsWith(callbacks);
    }

    void at(String callback) {
      if (callback.equals(wanted) && step >= fromStep && fired.compareAndSet(false, true)) {
        call.run();
        ended = true;
      }
    }
  }

  /** The life of a log, a state or a record log, all of whose callbacks end at the hook. */
  private abstract static class Life {
    final Hook hook;
    final MemoryDirectory disk = new MemoryDirectory();
    final FailingDirectory directory = new FailingDirectory(disk);
    final List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
    final WalObserver observer = new Observer();
    private volatile CountDownLatch mayWrite = new CountDownLatch(0);
    private int entries;

    Life(Hook hook) {
      this.hook = hook;
      directory.before(
          (operation, path) -> {
            if (Thread.currentThread().getName().equals("durability-wal")) {
              await(mayWrite);
            }
            if (hook.wants("handler durability-segments")
                && operation == Operation.CREATE
                && path.endsWith("spare.tmp")) {
              throw new IllegalStateException("for the handler");
            }
            hook.at("storage " + operation);
          });
      Thread.setDefaultUncaughtExceptionHandler(
          (thread, e) -> {
            String name = thread.getName();
            hook.at("handler " + (name.startsWith("durability-") ? name : "caller"));
          });
    }

    private final class Observer implements WalObserver {
      @Override
      public void onAppend(long firstId, long lastId, long bytes) {
        told("onAppend");
      }

      @Override
      public void onFlush(long lastId, long bytes) {
        told("onFlush");
      }

      @Override
      public void onSync(long lastId, long durationNanos) {
        told("onSync");
      }

      @Override
      public void onRotate(SegmentRange ended) {
        told("onRotate");
      }

      @Override
      public void onTruncate(List<SegmentRange> removed) {
        told("onTruncate");
      }

      @Override
      public void onRecovery(LogReport report) {
        told("onRecovery");
      }

      @Override
      public boolean mayRemove(SegmentRange segment) {
        told("mayRemove");
        return true;
      }

      @Override
      public void onCheckpointFailed(Throwable cause) {
        told("onCheckpointFailed");
      }

      private void told(String what) {
        hook.at("observer " + what);
        if (hook.wants("handler")) {
          throw new IllegalStateException("for the handler");
        }
      }
    }

    /** Tells the time, and that it was asked. */
    final class HookedClock extends Clock {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        hook.at("clock");
        return Instant.EPOCH.plusSeconds(1);
      }
    }

    /** Texts. */
    final class HookedCodec implements Codec<String> {
      @Override
      public void encode(String value, OutputStream out) throws IOException {
        hook.at(value.startsWith("decided") ? "codec encode, decided" : "codec encode");
        Codecs.utf8().encode(value, out);
      }

      @Override
      public String decode(ByteBuffer in) throws IOException {
        hook.at("codec decode");
        return Codecs.utf8().decode(in);
      }
    }

    WalOptions options() {
      return SMALL.observer(observer).clock(new HookedClock()).build();
    }

    String entry(int bytes) {
      return "entry " + entries++ + " " + "x".repeat(bytes);
    }

    /** Lets what depends on a future run on the log's own thread, where that settles it. */
    CompletableFuture<Long> followed(CallOfFuture call) throws Exception {
      CountDownLatch registered = new CountDownLatch(hook.wants("future") ? 1 : 0);
      mayWrite = registered;
      try {
        String entry = entry(10);
        CompletableFuture<Long> future = call.make(entry);
        future.whenComplete(
            (id, e) -> {
              if (e == null) {
                acknowledged.add(entry);
              }
              hook.at(e == null ? "future" : "future that fails");
            });
        return future;
      } finally {
        registered.countDown();
      }
    }

    interface CallOfFuture {
      CompletableFuture<Long> make(String entry) throws Exception;
    }

    abstract void open() throws Exception;

    abstract List<Step> steps();

    abstract void close() throws IOException;

    /** What is there when all is over. */
    abstract List<String> reopened() throws IOException;
  }

  /** A part of a life. What a call in it throws, once another closed it, ends it. */
  private interface Step {
    void run() throws Exception;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void end(CompletableFuture<Long> future) throws InterruptedException {
    try {
      Long unused = future.handle((id, e) -> id).get();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** Leads a life in which a call is made from a callback. */
  private static <L extends Life> void lead(L life, Call<? super L> call) throws Exception {
    Hook hook = life.hook;
    hook.call =
        () -> {
          try {
            call.on(life);
          } catch (Throwable e) {
            hook.thrown = e;
          }
        };
    life.open();
    List<Step> steps = life.steps();
    for (int i = 0; i < steps.size(); i++) {
      hook.step = i;
      try {
        steps.get(i).run();
      } catch (DurabilityException | IllegalStateException | ExecutionException e) {
        hook.refused = e; // The call closed it, or its callback failed.
      } catch (IOException e) {
        if (!String.valueOf(e.getMessage()).contains("closed")) {
          throw e;
        }
      }
    }
    hook.step = steps.size();
    life.close();
    life.directory.makeRoom();
  }

  /** Tries a pair. Returns whether the callback came. */
  private <L extends Life> boolean attempt(String pair, L life, Call<? super L> call)
      throws Exception {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    Thread caller =
        new Thread(
            () -> {
              try {
                lead(life, call);
              } catch (Throwable e) {
                failures.add(e);
              }
            },
            "caller");
    caller.setDaemon(true);
    caller.start();
    caller.join(TimeUnit.SECONDS.toMillis(WATCHDOG_SECONDS));
    if (caller.isAlive()) {
      wrong.add(pair + ": hangs at " + List.of(caller.getStackTrace()));
      return true;
    }
    if (!life.hook.fired.get()) {
      return false;
    }
    Throwable thrown = life.hook.thrown;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCHDOG_SECONDS);
    while (!life.hook.ended && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    if (!life.hook.ended) {
      wrong.add(pair + ": the call does not return");
    } else if (thrown != null && !isAllowed(thrown)) {
      wrong.add(pair + ": the call threw " + thrown + " at " + thrown.getStackTrace()[0]);
    }
    outcomes.merge(
        thrown == null ? "returned" : thrown.getClass().getSimpleName(), 1, Integer::sum);
    failures.stream()
        .filter(e -> !(e instanceof DurabilityException))
        .forEach(e -> wrong.add(pair + ": the life failed with " + e + ", " + life.hook.refused));
    checkWhatIsThere(pair, life);
    return true;
  }

  private void checkWhatIsThere(String pair, Life life) {
    try {
      List<String> missing = new ArrayList<>(life.acknowledged);
      missing.removeAll(life.reopened());
      if (!missing.isEmpty()) {
        wrong.add(pair + ": " + missing.size() + " acknowledged entries are missing");
      }
    } catch (IOException | AssertionError e) {
      wrong.add(pair + ": opening it again: " + e);
    }
  }

  private static boolean isAllowed(Throwable e) {
    Throwable cause =
        (e instanceof ExecutionException || e instanceof CompletionException)
                && e.getCause() != null
            ? e.getCause()
            : e;
    return cause instanceof IllegalStateException
        || cause instanceof IOException
        || cause instanceof IllegalArgumentException;
  }

  private interface Birth<L extends Life> {
    L life(Hook hook);
  }

  private <L extends Life> void tryAll(
      Birth<L> birth, List<String> callbacks, Map<String, Call<? super L>> calls, int steps)
      throws Exception {
    List<String> never = new ArrayList<>();
    for (String callback : callbacks) {
      boolean came = false;
      for (int step = -1; step <= steps; step += EVERY_STEP ? 1 : 3) {
        for (var call : calls.entrySet()) {
          String pair = call.getKey() + " in " + callback + " from step " + step;
          boolean reached = attempt(pair, birth.life(new Hook(callback, step)), call.getValue());
          if (!reached) {
            break; // With other calls it does not come either: what comes before is the same.
          }
          pairs++;
          came = true;
        }
      }
      if (!came) {
        never.add(callback);
      }
    }
    System.out.println(
        "callbacks: "
            + callbacks.size()
            + " kinds, "
            + calls.size()
            + " calls, "
            + pairs
            + " pairs; the calls "
            + outcomes);
    assertThat(wrong).isEmpty();
    assertThat(never).as("callbacks that never came").isEmpty();
  }

  private static List<String> storageCallbacks(Operation... operations) {
    List<String> names = new ArrayList<>();
    for (Operation each : operations) {
      names.add("storage " + each);
    }
    return names;
  }

  // ---- the log

  private static final class LogLife extends Life {
    private @Nullable WalWriter<String> log;
    private @Nullable CheckpointPublisher publisher;
    private volatile @Nullable CompletableFuture<Long> sibling;

    LogLife(Hook hook) {
      super(hook);
    }

    WalWriter<String> log() {
      WalWriter<String> opened = log;
      if (opened == null) {
        throw new IllegalStateException("not open yet");
      }
      return opened;
    }

    @Override
    void open() throws IOException {
      try (var earlier = WalWriter.open(disk, Codecs.utf8(), SMALL.build())) {
        earlier.appendDurable("earlier");
      }
      WalWriter<String> opened =
          WalWriter.open(
              directory,
              new HookedCodec(),
              options(),
              new WalReplay<>() {
                @Override
                public long fromId() {
                  hook.at("replay fromId");
                  return START;
                }

                @Override
                public void entry(long id, String entry) {
                  hook.at("replay entry");
                }
              });
      log = opened;
      publisher = CheckpointPublisher.of(directory, new HookedClock(), opened).keeping(1);
    }

    @Override
    List<Step> steps() {
      return List.of(this::durable, this::futures, this::fullDisk, this::checkpoint, this::read);
    }

    private void durable() throws IOException {
      for (int bytes : new int[] {10, 1_500, 1_500, 1_500, 10}) {
        String entry = entry(bytes);
        log().appendDurable(entry);
        acknowledged.add(entry);
      }
      List<String> batch = List.of(entry(10), entry(10));
      log().appendBatch(batch);
      log().sync();
      acknowledged.addAll(batch);
    }

    private void futures() throws Exception {
      CompletableFuture<Long> first = followed(entry -> log().appendAsync(entry));
      sibling = log().appendAsync(entry(10));
      end(first);
      end(sibling);
    }

    private void fullDisk() throws Exception {
      directory.fillUpAfter(0);
      try {
        CompletableFuture<Long> first = followed(entry -> log().appendAsync(entry));
        sibling = log().appendAsync(entry(10));
        end(first);
        end(sibling);
      } finally {
        directory.makeRoom();
      }
      log().sync();
    }

    private void checkpoint() throws IOException {
      publish();
      String entry = entry(10);
      log().appendDurable(entry);
      acknowledged.add(entry);
    }

    void publish() throws IOException {
      long through = log().lastAppendedId();
      CheckpointPublisher own = publisher;
      if (own == null) {
        throw new IllegalStateException("not open yet");
      }
      own.publish(
          through,
          out -> {
            hook.at("content");
            out.write(1);
          });
    }

    private void read() throws IOException {
      List<?> unused = WalReader.of(directory, new HookedCodec()).readAll();
    }

    @Override
    void close() throws IOException {
      log().close();
    }

    @Override
    List<String> reopened() throws IOException {
      // What a checkpoint covers is not in the log any more.
      try (var again = WalWriter.open(disk, Codecs.utf8(), SMALL.build())) {
        long first = WalMaintenance.firstEntryId(disk);
        List<String> there = new ArrayList<>(acknowledged);
        if (first == 1) {
          there.clear();
        }
        WalReader.of(disk, Codecs.utf8())
            .replay(first, Long.MAX_VALUE, (id, entry) -> there.add(entry));
        assertThat(again.lastDurableId()).isEqualTo(again.lastAppendedId());
        return there;
      }
    }
  }

  private static void join(@Nullable CompletableFuture<Long> future) {
    if (future != null) {
      Long unused = future.join();
    }
  }

  private static Map<String, Call<? super LogLife>> logCalls() {
    Map<String, Call<? super LogLife>> calls = new LinkedHashMap<>();
    calls.put("append", life -> life.log().append("in callback"));
    calls.put("appendBatch", life -> life.log().appendBatch(List.of("in", "callback")));
    calls.put("appendDurable", life -> life.log().appendDurable("in callback"));
    calls.put("appendAsync", life -> life.log().appendAsync("in callback"));
    calls.put("appendAsync.join", life -> join(life.log().appendAsync("in callback")));
    calls.put("appendAsync.get", life -> life.log().appendAsync("in callback").get());
    calls.put(
        "appendAsync.get, timed",
        life -> life.log().appendAsync("in callback").get(WATCHDOG_SECONDS, TimeUnit.SECONDS));
    calls.put("join of another", life -> join(life.sibling));
    calls.put("flush", life -> life.log().flush());
    calls.put("sync", life -> life.log().sync());
    calls.put("lastAppendedId", life -> life.log().lastAppendedId());
    calls.put("appendedBytes", life -> life.log().appendedBytes());
    calls.put("lastDurableId", life -> life.log().lastDurableId());
    calls.put("poison", life -> life.log().poison());
    calls.put("recovered", life -> life.log().recovered());
    calls.put("logId", life -> life.log().logId());
    calls.put("segments", life -> life.log().segments());
    calls.put("appendCheckpoint", life -> life.log().appendCheckpoint(0, ""));
    calls.put("truncate", life -> life.log().truncate(life.log().lastDurableId()));
    calls.put("publish", LogLife::publish);
    calls.put("close", life -> life.log().close());
    calls.put("open", life -> WalWriter.open(life.directory, Codecs.utf8(), SMALL.build()).close());
    calls.put("readAll", life -> WalReader.of(life.directory, Codecs.utf8()).readAll());
    calls.put(
        "follow",
        life -> {
          try (var tail = WalReader.of(life.directory, Codecs.utf8()).follow(WalReplay.START)) {
            tail.poll(Duration.ZERO);
          }
        });
    calls.put("verify", life -> WalMaintenance.verify(life.directory));
    calls.put("truncate, closed", life -> WalMaintenance.truncate(life.directory, 0));
    calls.put(
        "recover",
        life ->
            Recoverer.of(life.directory, Codecs.utf8(), new History())
                .recover(RecoveryOptions.latest()));
    return calls;
  }

  @Test
  void callsOfALogInEachOfItsCallbacks() throws Exception {
    List<String> callbacks =
        new ArrayList<>(
            List.of(
                "observer onAppend",
                "observer onFlush",
                "observer onSync",
                "observer onRotate",
                "observer onTruncate",
                "observer onRecovery",
                "observer mayRemove",
                "clock",
                "codec encode",
                "codec decode",
                "replay fromId",
                "replay entry",
                "future",
                "future that fails",
                "content",
                "handler caller",
                "handler durability-wal",
                "handler durability-segments"));
    callbacks.addAll(
        storageCallbacks(
            Operation.CREATE,
            Operation.OPEN,
            Operation.RENAME,
            Operation.DELETE,
            Operation.EXISTS,
            Operation.LIST,
            Operation.CREATE_DIRECTORIES,
            Operation.SYNC_DIRECTORY,
            Operation.LOCK,
            Operation.WRITE,
            Operation.SYNC_FILE,
            Operation.TRUNCATE,
            Operation.CLOSE_APPEND,
            Operation.READ,
            Operation.SIZE));
    tryAll(LogLife::new, callbacks, logCalls(), 5);
  }

  // ---- the state

  private static final class StateLife extends Life implements StateMachine<List<String>, String> {
    private final History history = new History();
    private @Nullable DurableState<List<String>, String> state;
    private volatile @Nullable CompletableFuture<Long> sibling;
    private volatile boolean opened;

    StateLife(Hook hook) {
      super(hook);
    }

    DurableState<List<String>, String> state() {
      DurableState<List<String>, String> open = state;
      if (open == null) {
        throw new IllegalStateException("not open yet");
      }
      return open;
    }

    @Override
    void open() throws IOException {
      try (var earlier =
          DurableState.open(
              disk, Codecs.utf8(), history, CheckpointPolicy.manual(), SMALL.build())) {
        earlier.update("earlier");
        earlier.checkpoint();
        earlier.update("later");
      }
      state =
          DurableState.open(
              directory,
              new HookedCodec(),
              this,
              CheckpointPolicy.manual().everyEntries(7).onClose(),
              options());
      opened = true;
    }

    @Override
    public List<String> initial() {
      hook.at("machine initial");
      return history.initial();
    }

    @Override
    public List<String> apply(List<String> list, String entry) {
      hook.at("machine apply");
      return history.apply(list, entry);
    }

    @Override
    public List<String> snapshot(List<String> list) {
      hook.at("machine snapshot");
      return history.snapshot(list);
    }

    @Override
    public void write(List<String> list, OutputStream out) throws IOException {
      boolean inBackground = Thread.currentThread().getName().equals("durability-checkpoint");
      hook.at(inBackground ? "machine write, in background" : "machine write");
      if (inBackground
          && (hook.wants("handler durability-checkpoint")
              || hook.wants("observer onCheckpointFailed"))) {
        throw new IllegalStateException("for the handler");
      }
      history.write(list, out);
    }

    @Override
    public List<String> read(InputStream in) throws IOException {
      hook.at("machine read");
      return history.read(in);
    }

    @Override
    List<Step> steps() {
      return List.of(this::updates, this::futures, this::fullDisk, this::decide, this::checkpoint);
    }

    private void updates() throws IOException {
      for (int bytes : new int[] {10, 1_500, 1_500, 1_500, 10, 10, 10, 10}) {
        String entry = entry(bytes);
        state().update(entry);
        acknowledged.add(entry);
      }
      int unused =
          state()
              .<Integer>read(
                  list -> {
                    hook.at("reading");
                    return list.size();
                  });
    }

    private void futures() throws Exception {
      CompletableFuture<Long> first = followed(entry -> state().updateAsync(entry));
      sibling = state().updateAsync(entry(10));
      end(first);
      end(sibling);
    }

    private void fullDisk() throws Exception {
      directory.fillUpAfter(0);
      try {
        CompletableFuture<Long> first = followed(entry -> state().updateAsync(entry));
        sibling = state().updateAsync(entry(10));
        end(first);
        end(sibling);
      } finally {
        directory.makeRoom();
      }
      state().sync();
    }

    private void decide() throws IOException {
      sibling = state().updateAsync(entry(10));
      state()
          .updateIf(
              list -> {
                hook.at("decision");
                return Optional.of("decided");
              });
    }

    private void checkpoint() throws IOException {
      state().checkpoint();
      String entry = entry(10);
      state().update(entry);
      acknowledged.add(entry);
    }

    @Override
    void close() throws IOException {
      state().close();
    }

    @Override
    List<String> reopened() throws IOException {
      assertThat(opened).isTrue();
      try (var again =
          DurableState.open(
              disk, Codecs.utf8(), history, CheckpointPolicy.manual(), SMALL.build())) {
        List<String> there = again.read(List::copyOf);
        assertThat(there).doesNotHaveDuplicates();
        return there;
      }
    }
  }

  private static Map<String, Call<? super StateLife>> stateCalls() {
    Map<String, Call<? super StateLife>> calls = new LinkedHashMap<>();
    calls.put("update", life -> life.state().update("in callback"));
    calls.put("updateAsync", life -> life.state().updateAsync("in callback"));
    calls.put("updateAsync.join", life -> join(life.state().updateAsync("in callback")));
    calls.put("updateAsync.get", life -> life.state().updateAsync("in callback").get());
    calls.put(
        "updateAsync.get, timed",
        life -> life.state().updateAsync("in callback").get(WATCHDOG_SECONDS, TimeUnit.SECONDS));
    calls.put("join of another", life -> join(life.sibling));
    calls.put("updateIf", life -> life.state().updateIf(list -> Optional.of("in callback")));
    calls.put("updateIf, nothing", life -> life.state().updateIf(list -> Optional.empty()));
    calls.put("read", life -> life.state().read(List::size));
    calls.put("sync", life -> life.state().sync());
    calls.put("checkpoint", life -> life.state().checkpoint());
    calls.put("health", life -> life.state().health());
    calls.put("lastAppliedId", life -> life.state().lastAppliedId());
    calls.put("recovered", life -> life.state().recovered());
    calls.put("close", life -> life.state().close());
    calls.put(
        "open",
        life ->
            DurableState.open(
                    life.directory,
                    Codecs.utf8(),
                    life.history,
                    CheckpointPolicy.manual(),
                    SMALL.build())
                .close());
    calls.put("verify", life -> WalMaintenance.verify(life.directory));
    calls.put(
        "recover",
        life ->
            Recoverer.of(life.directory, Codecs.utf8(), life.history)
                .recover(RecoveryOptions.latest()));
    return calls;
  }

  @Test
  void callsOfAStateInEachOfItsCallbacks() throws Exception {
    List<String> callbacks =
        new ArrayList<>(
            List.of(
                "observer onAppend",
                "observer onFlush",
                "observer onSync",
                "observer onRotate",
                "observer onTruncate",
                "observer onRecovery",
                "observer mayRemove",
                "observer onCheckpointFailed",
                "clock",
                "codec encode",
                "codec encode, decided",
                "codec decode",
                "machine apply",
                "machine snapshot",
                "machine write",
                "machine write, in background",
                "machine read",
                "reading",
                "decision",
                "future",
                "future that fails",
                "handler caller",
                "handler durability-wal",
                "handler durability-segments",
                "handler durability-checkpoint"));
    callbacks.addAll(
        storageCallbacks(
            Operation.CREATE,
            Operation.RENAME,
            Operation.DELETE,
            Operation.SYNC_DIRECTORY,
            Operation.WRITE,
            Operation.SYNC_FILE,
            Operation.CLOSE_APPEND));
    tryAll(StateLife::new, callbacks, stateCalls(), 5);
  }

  // ---- the record log

  private static final class RecordLife extends Life {
    private @Nullable RecordLogWriter<String> log;

    RecordLife(Hook hook) {
      super(hook);
    }

    RecordLogWriter<String> log() {
      RecordLogWriter<String> opened = log;
      if (opened == null) {
        throw new IllegalStateException("not open yet");
      }
      return opened;
    }

    @Override
    void open() throws IOException {
      log = RecordLogWriter.open(directory, "records", new HookedCodec());
    }

    @Override
    List<Step> steps() {
      return List.of(this::append, this::append);
    }

    private void append() throws IOException {
      String entry = entry(10);
      log().append(entry);
      log().sync();
      acknowledged.add(entry);
      List<String> unused = RecordLogReader.of(directory, "records", new HookedCodec()).list();
    }

    @Override
    void close() throws IOException {
      log().close();
    }

    @Override
    List<String> reopened() throws IOException {
      RecordLogWriter.open(disk, "records", Codecs.utf8()).close();
      return RecordLogReader.of(disk, "records", Codecs.utf8()).list();
    }
  }

  @Test
  void callsOfARecordLogInEachOfItsCallbacks() throws Exception {
    Map<String, Call<? super RecordLife>> calls = new LinkedHashMap<>();
    calls.put("append", life -> life.log().append("in callback"));
    calls.put("flush", life -> life.log().flush());
    calls.put("sync", life -> life.log().sync());
    calls.put("lastId", life -> life.log().lastId());
    calls.put("syncedId", life -> life.log().syncedId());
    calls.put("close", life -> life.log().close());
    calls.put(
        "open", life -> RecordLogWriter.open(life.directory, "records", Codecs.utf8()).close());
    calls.put("list", life -> RecordLogReader.of(life.directory, "records", Codecs.utf8()).list());
    List<String> callbacks = new ArrayList<>(List.of("codec encode", "codec decode"));
    callbacks.addAll(
        storageCallbacks(
            Operation.CREATE,
            Operation.RENAME,
            Operation.SYNC_DIRECTORY,
            Operation.WRITE,
            Operation.SYNC_FILE,
            Operation.CLOSE_APPEND));
    tryAll(RecordLife::new, callbacks, calls, 2);
  }
}
