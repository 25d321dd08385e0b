package dev.durability.testkit.errors;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.StateOptions;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.Directory;
import dev.durability.testkit.errors.Calls.Call;
import dev.durability.testkit.errors.Calls.Kind;
import dev.durability.testkit.errors.UserCode.TextCommand;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A state in memory, updated in each way by three threads, with checkpoints in the background and
 * on demand. It agrees with the log, or refuses.
 */
final class StateScenario extends Lives {
  private static final WalOptions OPTIONS =
      WalOptions.builder()
          .segmentBytes(4_096)
          .bufferBytes(4_096)
          .observer(new UserCode.Observer())
          .build();

  /** So few that callers wait for the disk. */
  private static final int PENDING_MAX = 3;

  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration LATE = Duration.ofDays(1);

  private static final CheckpointPolicy[] LIVES = {
    CheckpointPolicy.manual().everyEntries(8), CheckpointPolicy.manual().onClose()
  };

  private List<String> recoveredBefore = List.of();

  StateScenario() {
    super(LIVES.length);
  }

  @Override
  public void run() {
    recoveredBefore = List.of();
    super.run();
  }

  @Override
  Life life(int number, Found before) {
    return new OneState("" + number, LIVES[number], before);
  }

  private final class OneState extends Life {
    private final String name;
    private final CheckpointPolicy policy;
    private final List<String> recoveredEarlier = recoveredBefore;
    private @Nullable DurableState<List<String>, TextCommand> opened;

    /** What the state was in the end, unless it refused to show it. */
    private volatile @Nullable List<String> seen;

    private volatile long seenThrough;

    OneState(String name, CheckpointPolicy policy, Found before) {
      super(before);
      this.name = name;
      this.policy = policy;
    }

    @Override
    void open(Directory directory) throws IOException {
      opened = open(directory, policy);
    }

    private static DurableState<List<String>, TextCommand> open(
        Directory directory, CheckpointPolicy policy) throws IOException {
      StateOptions options =
          StateOptions.builder()
              .checkpointPolicy(policy)
              .walOptions(OPTIONS)
              .pendingUpdatesMax(PENDING_MAX)
              .build();
      return DurableState.open(
          directory, new UserCode.TextCommands(), new UserCode.ListByCommands(), options);
    }

    @Override
    void use() throws Exception {
      DurableState<List<String>, TextCommand> state = Objects.requireNonNull(opened);
      crew.startAndAwait(
          () -> updates(state),
          () -> futures(state),
          () -> decisions(state),
          () -> awaitSome(state));
      calls.call(Kind.SYNC, state::sync);
      calls.call(Kind.READ, () -> state.updateIf(texts -> Optional.empty()));
      if (!calls.call(Kind.READ, () -> look(state)).returned()) {
        calls.call(Kind.READ, () -> look(state));
      }
    }

    /** What is durable will be applied, or the state says that it will not. */
    private void awaitSome(DurableState<List<String>, TextCommand> state) {
      calls.call(
          Kind.READ,
          () -> {
            boolean unused = state.awaitApplied(state.lastAppliedId() + 2, SOON);
          });
      AtomicBoolean isApplied = new AtomicBoolean();
      Call last =
          calls.call(
              Kind.READ, () -> isApplied.set(state.awaitApplied(state.health().durableId(), LATE)));
      Calls.require(
          isApplied.get() || !last.returned(), () -> "an entry is durable and not applied");
    }

    /** Entries that are not durable yet may come in between: then it looks again. */
    private void look(DurableState<List<String>, TextCommand> state) throws DurabilityException {
      long through;
      List<String> texts;
      do {
        through = state.lastAppliedId();
        texts = state.read(List::copyOf);
      } while (through != state.lastAppliedId());
      seenThrough = through;
      seen = texts;
    }

    @Override
    void close() throws IOException {
      Objects.requireNonNull(opened).close();
    }

    private void updates(DurableState<List<String>, TextCommand> state) {
      update(state, "a1", 10);
      update(state, "a2", 1_000);
      async(state, "a3", 10);
      calls.call(Kind.TRUNCATE, () -> state.checkpoint());
      update(state, "a4", 2_000);
      calls.call(Kind.SYNC, state::sync);
      update(state, "a5", 10);
    }

    private void futures(DurableState<List<String>, TextCommand> state) {
      Call first = async(state, "b1", 600);
      CompletableFuture<Long> followed = first.future;
      @Nullable CompletableFuture<Void> following =
          followed == null ? null : followed.thenRun(() -> follow(state));
      for (int i = 2; i <= 5; i++) {
        async(state, "b" + i, 600);
      }
      Call last = async(state, "b6", 10);
      CompletableFuture<Long> future = last.future;
      if (future != null) {
        calls.call(Kind.READ, () -> await(future));
        future.handle((id, failure) -> id).join();
      }
      async(state, "b7", 10);
      if (following != null) {
        following.handle((none, failure) -> 0).join(); // Before this life is judged.
      }
    }

    /** What depends on an update: it waits for a checkpoint, and for an update of its own. */
    private void follow(DurableState<List<String>, TextCommand> state) {
      calls.call(Kind.TRUNCATE, () -> state.checkpoint());
      CompletableFuture<Long> future = async(state, "e1", 10).future;
      if (future != null) {
        calls.call(Kind.READ, () -> await(future));
      }
    }

    /** What it fails with is asked later. */
    private static void await(CompletableFuture<Long> future) {
      try {
        Long unused = future.join();
      } catch (CompletionException e) {
        return;
      }
    }

    private void decisions(DurableState<List<String>, TextCommand> state) {
      for (int i = 1; i <= 4; i++) {
        String command = entry("d" + i, 100);
        calls.call(
            Kind.APPEND_DURABLE, List.of(command), () -> state.execute(new TextCommand(command)));
        String entry = entry("c" + i, 700);
        calls.call(
            Kind.APPEND_DURABLE,
            List.of(entry),
            () -> state.updateIf(texts -> Optional.of(new TextCommand(entry))).orElseThrow());
      }
    }

    private String entry(String text, int filling) {
      return name + text + ":" + "x".repeat(filling);
    }

    private void update(DurableState<List<String>, TextCommand> state, String text, int filling) {
      String entry = entry(text, filling);
      calls.call(Kind.APPEND_DURABLE, List.of(entry), () -> state.update(new TextCommand(entry)));
    }

    private Call async(DurableState<List<String>, TextCommand> state, String text, int filling) {
      String entry = entry(text, filling);
      return filling < 100
          ? calls.async(entry, () -> state.executeAsync(new TextCommand(entry)))
          : calls.async(entry, () -> state.updateAsync(new TextCommand(entry)));
    }

    @Override
    Found find(Directory left) throws IOException {
      List<String> state;
      try (DurableState<List<String>, TextCommand> again = open(left, CheckpointPolicy.manual())) {
        state = again.read(List::copyOf);
      }
      Found found = LogScenario.recover(left);
      check(state, found);
      recoveredBefore = state;
      return found;
    }

    private void check(List<String> state, Found found) {
      List<String> inLog = inOrder(found, Long.MAX_VALUE);
      Calls.require(
          endsWith(state, inLog),
          () -> "recovered is " + names(state) + ", the log " + names(inLog));
      Calls.require(
          startsWith(state, recoveredEarlier), () -> "recovered is not what it was before");
      List<String> live = seen;
      if (live != null) {
        Calls.require(startsWith(state, live), () -> differ(live, state));
        List<String> inLogByThen = inOrder(found, seenThrough);
        Calls.require(endsWith(live, inLogByThen), () -> differ(live, inLogByThen));
      }
    }

    private String differ(List<String> live, List<String> other) {
      return "the state through "
          + seenThrough
          + " was "
          + names(live)
          + ", recovered "
          + names(other);
    }
  }

  private static List<String> inOrder(Found found, long throughId) {
    List<String> entries = new ArrayList<>();
    for (long id = found.firstId(); id <= Math.min(throughId, found.lastId()); id++) {
      String entry = found.entries().get(id);
      if (entry != null) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static boolean startsWith(List<String> all, List<String> start) {
    return start.size() <= all.size() && all.subList(0, start.size()).equals(start);
  }

  private static boolean endsWith(List<String> all, List<String> end) {
    return end.size() <= all.size() && all.subList(all.size() - end.size(), all.size()).equals(end);
  }

  private static List<String> names(List<String> entries) {
    return entries.stream().map(Calls::name).toList();
  }
}
