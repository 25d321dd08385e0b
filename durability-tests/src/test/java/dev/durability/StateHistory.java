package dev.durability;

import dev.durability.Ledger.Act;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One random history of a {@link Ledger}, decided by a seed: lives of a state, in each of which
 * threads execute commands and update in every other way, with checkpoints between, while syncs,
 * renames and writes fail and the disk is full. A life ends with close, with the death of the
 * process, or with the loss of power, at any operation of the disk, in the middle of opening, too.
 *
 * <p>After each end the whole log is folded by {@link LedgerModel}. The state has to be what that
 * gives, and so has every result that was delivered, everything that a reader saw, and everything
 * on which a decision was made, in this life and the ones before.
 *
 * <p>The log is known as a whole, although checkpoints truncate it: in half of the histories
 * segments are not deleted, as after a crash just before it. In the others, they are read first.
 */
final class StateHistory {
  private static final int LIVES = 3;
  private static final long PATIENCE_SECONDS = 300;

  private final long seed;
  private final Random random;
  private final boolean keepsSegments;
  private final Consumer<FaultDirectory> fault;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Queue<Delivered> delivered = new ConcurrentLinkedQueue<>();
  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
  private final Queue<Decided> decided = new ConcurrentLinkedQueue<>();
  private final Queue<List<Integer>> orders = new ConcurrentLinkedQueue<>();

  /** What is durable for good: found by opening, or about to be removed. */
  private final TreeMap<Long, Act> log = new TreeMap<>();

  private CrashDirectory disk = new CrashDirectory();

  /** A caller got a result. */
  private record Delivered(int number, Object result) {}

  /** An update returned its id. */
  private record Returned(long id) {}

  /**
   * A reader saw a state.
   *
   * @param state the state
   * @param afterNumber the last command of this thread that was delivered before, or 0
   * @param afterState what this thread saw before
   */
  private record Seen(String state, int afterNumber, String afterState) {}

  /** A decision was made on a state, and led to this command, or 0. */
  private record Decided(String state, int number) {}

  StateHistory(long seed) {
    this(seed, directory -> {});
  }

  /**
   * Creates a history on a disk that is worse than others.
   *
   * @param seed decides all
   * @param fault is injected into the disk of each life
   */
  StateHistory(long seed, Consumer<FaultDirectory> fault) {
    this.seed = seed;
    this.random = new Random(seed);
    this.keepsSegments = random.nextBoolean();
    this.fault = fault;
  }

  /**
   * Runs it.
   *
   * @return how many entries the log had in the end
   * @throws AssertionError if something is not what the log says
   */
  long run() {
    try {
      for (int i = 0; i < LIVES; i++) {
        new Life().run();
        crashWhileOpening();
      }
      checkFound();
      return log.size();
    } catch (Throwable e) {
      throw new AssertionError(
          "run again with -Ddurability.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  private WalOptions options() {
    return WalOptions.builder()
        .segmentBytes(4096)
        .bufferBytes(4096)
        .preallocatedBytesMax(random.nextBoolean() ? 0 : 4096)
        .build();
  }

  private DurableState<Ledger, Act> open(Directory directory, CheckpointPolicy policy)
      throws IOException {
    return DurableState.open(
        directory,
        Ledger.Machine.CODEC,
        new Ledger.Machine(),
        StateOptions.builder()
            .checkpointPolicy(policy)
            .walOptions(options())
            .liveEntries(random.nextBoolean() ? LiveEntries.AS_PASSED : LiveEntries.DECODED)
            .build());
  }

  /** Opens the state without faults, compares everything with the log, and closes it. */
  private void checkFound() throws IOException {
    DurableState<Ledger, Act> state = open(disk, CheckpointPolicy.manual());
    try {
      check(state);
    } finally {
      state.close();
    }
    disk = disk.afterKill();
  }

  private void check(DurableState<Ledger, Act> state) throws IOException {
    readLog(state.lastAppliedId());
    LedgerModel model = new LedgerModel(List.copyOf(log.values()));
    String found = state.read(Ledger::show);
    require(
        found.equals(model.state()), "the state is " + found + ", the log says " + model.state());
    delivered.forEach(each -> check(each, model));
    seen.forEach(each -> check(each, model));
    decided.forEach(each -> check(each, model));
    orders.forEach(each -> checkOrder(each, model));
  }

  private void readLog(long last) throws IOException {
    long known = log.isEmpty() ? 0 : log.lastKey();
    require(last >= known, "recovered up to " + last + ", but entry " + known + " was durable");
    long first = firstReadable();
    require(!keepsSegments || first == 1, "a segment was removed: the log begins at " + first);
    WalReader.of(disk, Ledger.Machine.CODEC).replay(first, Long.MAX_VALUE, this::know);
    long end = log.isEmpty() ? 0 : log.lastKey();
    require(end == last, "the state ends at entry " + last + ", the log at " + end);
    require(log.size() == last, "entries are missing: there are " + log.keySet());
  }

  /**
   * The first entry after which no segment is missing. After a loss of power a segment may be back
   * whose successor is not.
   */
  private long firstReadable() throws IOException {
    long first = 1;
    long next = 0;
    for (SegmentRange segment : WalMaintenance.segments(disk)) {
      if (segment.segmentId() != next) {
        first = segment.firstEntryId();
      }
      next = segment.segmentId() + 1;
    }
    return first;
  }

  /** What is durable never changes. */
  private synchronized void know(long id, Act act) {
    Act before = log.put(id, act);
    require(before == null || before.equals(act), "entry " + id + " was " + before + ", is " + act);
  }

  private void check(Delivered each, LedgerModel model) {
    long id = model.id(each.number());
    require(id > 0, "command " + each.number() + " had a result, and is not in the log: " + each);
    Object expected = each.result() instanceof Returned ? new Returned(id) : model.result(id);
    require(
        expected.equals(each.result()),
        "entry " + id + " is " + expected + " by the log, but delivered was " + each);
  }

  private static void check(Seen each, LedgerModel model) {
    long last = model.lastWith(each.state());
    require(last >= 0, "a reader saw what no entry left: " + each);
    require(last >= model.id(each.afterNumber()), "a reader missed its own update: " + each);
    require(last >= model.firstWith(each.afterState()), "a reader went back: " + each);
  }

  private static void check(Decided each, LedgerModel model) {
    long last = model.lastWith(each.state());
    require(last >= 0, "a decision was made on what no entry left: " + each);
    long id = model.id(each.number());
    require(
        id == 0 || each.state().equals(model.state(id - 1)),
        "the decision of entry " + id + " did not see all before it: " + each);
  }

  /** Calls of one thread, in their order. */
  private static void checkOrder(List<Integer> order, LedgerModel model) {
    long before = 0;
    for (int number : order) {
      long id = model.id(number);
      require(id == 0 || id > before, "command " + number + " was overtaken: " + order);
      before = Math.max(before, id);
    }
  }

  private void crashWhileOpening() {
    for (int attempts = random.nextInt(3); attempts > 0; attempts--) {
      FaultDirectory directory = new FaultDirectory(disk);
      fault.accept(directory);
      if (random.nextBoolean()) {
        killAt(directory, 1 + random.nextInt(30));
      } else {
        directory.inject(anyFault().nth(1 + random.nextInt(4)));
      }
      try {
        open(directory, CheckpointPolicy.manual()).close();
      } catch (CorruptLogException e) {
        throw new AssertionError("an honest crash is called corrupt", e);
      } catch (IOException expected) {
        require(expected.getMessage() != null, "no message");
      }
      endLife();
    }
  }

  private void killAt(FaultDirectory directory, int operation) {
    CrashDirectory victim = disk;
    AtomicInteger left = new AtomicInteger(operation);
    FaultDirectory unused =
        directory.before(
            (kind, path) -> {
              if (left.decrementAndGet() == 0) {
                victim.kill();
              }
            });
  }

  private void endLife() {
    disk = random.nextBoolean() ? disk.afterKill() : disk.afterPowerLoss(random.nextLong());
  }

  private Fault anyFault() {
    Operation[] operations = {
      Operation.SYNC_FILE,
      Operation.SYNC_FILE,
      Operation.SYNC_DIRECTORY,
      Operation.RENAME,
      Operation.WRITE,
      Operation.CREATE,
      Operation.DELETE
    };
    Operation operation = operations[random.nextInt(operations.length)];
    Fault fault = Fault.of(operation);
    if (operation == Operation.WRITE) {
      return random.nextBoolean() ? fault.noSpace() : fault.shortWrite(random.nextInt(200));
    }
    return operation != Operation.CREATE && random.nextBoolean() ? fault.afterEffect() : fault;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** From opening to its end. */
  private final class Life {
    private final CrashDirectory own = disk;
    private final FaultDirectory directory = new FaultDirectory(own);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<?>> futures = new ConcurrentLinkedQueue<>();
    private volatile boolean harmed;

    void run() throws Exception {
      DurableState<Ledger, Act> state = open(new KnownSegments(), policy());
      try {
        check(state);
        fault.accept(directory);
        harm();
        work(state);
      } finally {
        boolean closes = random.nextInt(3) == 0;
        if (!closes) {
          harmed = true;
          own.kill();
        }
        close(state);
        endLife();
      }
      for (CompletableFuture<?> future : futures) {
        Object unused =
            future.handle((result, failure) -> 0).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }

    private CheckpointPolicy policy() {
      CheckpointPolicy manual = CheckpointPolicy.manual();
      return switch (random.nextInt(4)) {
        case 0 -> manual.everyEntries(1 + random.nextInt(12));
        case 1 -> manual.onClose();
        default -> manual;
      };
    }

    private void harm() {
      int how = random.nextInt(6);
      harmed = how < 5;
      if (how < 2) {
        directory.inject(anyFault().nth(1 + random.nextInt(12)));
      } else if (how == 2) {
        directory.fillUpAfter(random.nextInt(6_000));
      }
      if (how == 3 || how == 4) {
        killAt(directory, 1 + random.nextInt(60));
      }
    }

    /** A call may fail only if there is a reason. */
    private void tolerate(IOException e) {
      if (!harmed) {
        throw new AssertionError("a call failed without a fault", e);
      }
      require(e.getMessage() != null, "no message");
    }

    private void close(DurableState<Ledger, Act> state) {
      try {
        state.close();
      } catch (IOException e) {
        tolerate(e);
      }
    }

    private void work(DurableState<Ledger, Act> state) throws Exception {
      int threads = random.nextInt(2) == 0 ? 1 : 3;
      List<Thread> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Client client = new Client(this, state, new Random(random.nextLong()));
        if (threads == 1) {
          client.run();
          break;
        }
        Thread thread = new Thread(client);
        running.add(thread);
        thread.start();
      }
      for (Thread thread : running) {
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        require(!thread.isAlive(), "a thread hangs: " + Arrays.toString(thread.getStackTrace()));
      }
      for (Throwable failure : failures) {
        throw new AssertionError(failure.getMessage(), failure);
      }
    }

    /** Removes no segment whose entries are not known. */
    private final class KnownSegments extends ForwardingDirectory {
      KnownSegments() {
        super(directory);
      }

      @Override
      public void delete(String path) throws IOException {
        if (path.endsWith(".wal")) {
          if (keepsSegments) {
            return;
          }
          read(path);
        }
        super.delete(path);
      }

      private void read(String path) throws IOException {
        for (SegmentRange segment : WalMaintenance.segments(own)) {
          if (segment.file().equals(path)) {
            TreeMap<Long, Act> entries = new TreeMap<>();
            WalReader.of(own, Ledger.Machine.CODEC)
                .replay(segment.firstEntryId(), segment.lastEntryId(), entries::put);
            entries.forEach(StateHistory.this::know);
            return;
          }
        }
        throw new NoSuchFileException(path);
      }
    }
  }

  /** A thread that uses the state. */
  private final class Client implements Runnable {
    private final Life life;
    private final DurableState<Ledger, Act> state;
    private final Random own;
    private final List<Integer> order = new ArrayList<>();
    private int lastDelivered;
    private @Nullable String lastSeen;

    Client(Life life, DurableState<Ledger, Act> state, Random own) {
      this.life = life;
      this.state = state;
      this.own = own;
    }

    @Override
    public void run() {
      try {
        for (int steps = 3 + own.nextInt(12); steps > 0; steps--) {
          try {
            step();
          } catch (IOException e) {
            life.tolerate(e);
            if (own.nextBoolean()) {
              recover();
            }
          }
        }
      } catch (Throwable e) {
        life.failures.add(e);
      } finally {
        orders.add(order);
      }
    }

    /** As an operator does: makes room, and tries what was left open once more. */
    private void recover() {
      FaultDirectory unused = life.directory.makeRoom();
      try {
        state.sync();
      } catch (IOException e) {
        life.tolerate(e);
      }
    }

    private void step() throws IOException {
      switch (own.nextInt(12)) {
        case 0, 1, 2 -> {
          Act act = act();
          deliver(act, state.execute(act));
        }
        case 3, 4, 5 -> executeAsync();
        case 6 -> {
          Act act = act();
          deliver(act, new Returned(state.update(act)));
        }
        case 7 -> {
          Act act = act();
          life.futures.add(
              state
                  .updateAsync(act)
                  .thenAccept(id -> delivered.add(new Delivered(act.number(), new Returned(id)))));
        }
        case 8, 9 -> decide();
        case 10 -> {
          if (own.nextBoolean()) {
            state.sync();
          } else {
            var unused = state.checkpoint();
          }
        }
        default -> look();
      }
    }

    private void deliver(Act act, Object result) {
      delivered.add(new Delivered(act.number(), result));
      lastDelivered = act.number();
      if (own.nextInt(3) == 0) {
        try {
          look();
        } catch (IOException e) {
          life.tolerate(e);
        }
      }
    }

    /** Some at once, of which some are waited for. */
    private void executeAsync() throws IOException {
      for (int i = own.nextInt(4); i >= 0; i--) {
        Act act = act();
        CompletableFuture<Object> future = state.executeAsync(act);
        life.futures.add(
            future.thenAccept(result -> delivered.add(new Delivered(act.number(), result))));
        if (own.nextInt(4) == 0) {
          Optional<Object> result = future.handle((r, e) -> Optional.ofNullable(r)).join();
          if (result.isPresent()) {
            deliver(act, result.get());
          }
        }
      }
    }

    private void decide() throws IOException {
      boolean acts = own.nextInt(4) > 0;
      Act act = act();
      String[] shown = new String[1];
      OptionalLong id;
      try {
        id =
            state.updateIf(
                ledger -> {
                  shown[0] = ledger.show();
                  return acts ? Optional.of(act) : Optional.empty();
                });
      } finally {
        if (shown[0] != null) {
          decided.add(new Decided(shown[0], acts ? act.number() : 0));
        }
      }
      require(id.isPresent() == acts, "a decision was not followed");
      if (acts) {
        deliver(act, new Returned(id.getAsLong()));
      }
    }

    private void look() throws IOException {
      String shown = state.read(Ledger::show);
      seen.add(new Seen(shown, lastDelivered, lastSeen == null ? shown : lastSeen));
      lastSeen = shown;
    }

    private Act act() {
      int number = numbers.incrementAndGet();
      order.add(number);
      String filling = own.nextInt(3) == 0 ? "x".repeat(own.nextInt(900)) : "";
      int account = own.nextInt(Ledger.ACCOUNTS);
      String name = "abc".substring(account, account + 1);
      return switch (own.nextInt(6)) {
        case 0, 1 -> new Ledger.Deposit(number, account, 1 + own.nextInt(60), filling);
        case 2 -> new Ledger.Withdraw(number, account, 1 + own.nextInt(100), filling);
        case 3 -> new Ledger.Reserve(number, name);
        case 4 -> new Ledger.Release(number, name);
        default -> new Ledger.Audit(number);
      };
    }
  }
}
