package dev.durability.testkit.errors;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.testkit.errors.Lives.Found;
import dev.durability.wal.AppendFuture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The calls that threads made between an opening and the close, and what came of each. Judges them:
 * among themselves, and against what is recovered afterwards.
 */
final class Calls {
  private static final int NEVER = Integer.MAX_VALUE;

  /** What a call does. */
  enum Kind {
    OPEN,
    APPEND,
    APPEND_DURABLE,
    APPEND_ASYNC,
    MARK,
    /** It appends what is cut off next: it may be there afterwards, or not. */
    APPEND_CUT_OFF,
    TRUNCATE,
    FLUSH,
    SYNC,
    /** It changes nothing, and may go on after a refusal. */
    READ,
    CLOSE
  }

  /** A step that returns nothing. */
  interface Step {
    void run() throws Exception;
  }

  private interface Body {
    void run(Call call) throws Exception;
  }

  /** One call. */
  static final class Call {
    final Kind kind;
    final List<String> entries;
    final int begun;
    volatile int ended = NEVER;

    /** The last id that it took, 0 if that is not known. */
    volatile long id;

    volatile @Nullable CompletableFuture<Long> future;
    volatile @Nullable Throwable thrown;

    Call(Kind kind, List<String> entries, int begun) {
      this.kind = kind;
      this.entries = entries;
      this.begun = begun;
    }

    boolean returned() {
      return ended != NEVER && thrown == null;
    }

    /** Whether it told, by what it threw or what its future failed with, that all is over. */
    boolean refused() {
      return isRefusal(thrown) || isRefusal(failureOf(future));
    }

    @Override
    public String toString() {
      String name = entries.isEmpty() ? "" : " " + name(entries.get(0));
      return kind + name + (thrown == null ? " -> " + id : " threw " + thrown);
    }
  }

  private final AtomicInteger clock = new AtomicInteger();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Found before;

  /**
   * @param before what was recovered before
   */
  Calls(Found before) {
    this.before = before;
  }

  // ---- making calls

  /** Makes a call that returns the last id that it took. */
  Call call(Kind kind, List<String> entries, Callable<Long> body) {
    return noted(kind, entries, call -> call.id = body.call());
  }

  /** Makes a call that takes no ids. */
  Call call(Kind kind, Step body) {
    return noted(kind, List.of(), call -> body.run());
  }

  /** Makes a call that returns a future. */
  Call async(String entry, Callable<? extends CompletableFuture<Long>> body) {
    return noted(
        Kind.APPEND_ASYNC,
        List.of(entry),
        call -> {
          CompletableFuture<Long> future = body.call();
          call.future = future;
          call.id = future instanceof AppendFuture known ? entryId(known) : 0;
        });
  }

  /** The append returned: an Error here is not its. */
  private static long entryId(AppendFuture future) {
    try {
      return future.entryId();
    } catch (Error e) {
      return future.entryId();
    }
  }

  /** {@return whether it returned} */
  boolean close(Step body) {
    return call(Kind.CLOSE, body).returned();
  }

  private Call noted(Kind kind, List<String> entries, Body body) {
    Call call = new Call(kind, entries, clock.incrementAndGet());
    calls.add(call);
    try {
      ThinStack.run(kind, () -> body.run(call));
    } catch (Throwable e) {
      call.thrown = e;
    }
    call.ended = clock.incrementAndGet();
    return call;
  }

  // ---- what the calls say

  /** Whether something said that it goes no further. */
  boolean isRefused() {
    return calls.stream().anyMatch(Call::refused);
  }

  /** Whether the first close returned: then everything is durable. Others do nothing. */
  private boolean isClosedWell() {
    return calls.stream().filter(call -> call.kind == Kind.CLOSE).limit(1).anyMatch(Call::returned);
  }

  /** {@return the entries that are durable, by what was said until now} */
  List<String> acknowledged() {
    List<String> entries = new ArrayList<>();
    calls.stream().filter(this::isAcknowledged).forEach(call -> entries.addAll(call.entries));
    return entries;
  }

  /** {@return the last id that is durable, by what was said until now} */
  long acknowledgedThrough() {
    long through = calls.stream().filter(this::isAcknowledged).mapToLong(Calls::id).max().orElse(0);
    return Math.max(before.lastId(), through);
  }

  private boolean isAcknowledged(Call call) {
    if (!call.returned()) {
      return false;
    }
    return switch (call.kind) {
      case APPEND_DURABLE -> true;
      case APPEND_ASYNC -> isCompleted(call.future) || isClosedWell();
      case APPEND -> isClosedWell() || calls.stream().anyMatch(other -> syncsAfter(other, call));
      default -> false;
    };
  }

  private static long id(Call call) {
    CompletableFuture<Long> future = call.future;
    return call.id == 0 && future != null && isCompleted(future) ? future.getNow(0L) : call.id;
  }

  private static boolean isCompleted(@Nullable CompletableFuture<Long> future) {
    return future != null && future.isDone() && !future.isCompletedExceptionally();
  }

  private static boolean syncsAfter(Call other, Call call) {
    return other.kind == Kind.SYNC && other.returned() && other.begun > call.ended;
  }

  /** Checks the outcomes themselves. */
  void check() {
    int refusedAt =
        calls.stream()
            .filter(call -> isRefusal(call.thrown))
            .mapToInt(call -> call.ended)
            .min()
            .orElse(NEVER);
    for (Call call : calls) {
      Throwable thrown = call.thrown;
      require(call.ended != NEVER, () -> "did not end: " + call);
      require(
          thrown == null || isAllowed(thrown),
          () -> call.kind + " threw what says neither: " + Crew.describe(thrown));
      require(
          !call.returned()
              || call.begun < refusedAt
              || call.kind == Kind.READ
              || call.kind == Kind.CLOSE,
          () -> "goes on after it refused: " + call + this);
      checkFuture(call);
    }
  }

  private void checkFuture(Call call) {
    CompletableFuture<Long> future = call.future;
    if (future == null) {
      return;
    }
    require(future.isDone(), () -> "the future is never completed: " + call + this);
    Throwable failure = failureOf(future);
    if (failure == null) {
      long id = future.getNow(0L);
      require(call.id == 0 || call.id == id, () -> "the future says " + id + ": " + call + this);
    } else {
      require(
          !isTheError(failure) && isAllowed(failure),
          () -> "the future failed with what says neither: " + Crew.describe(failure));
    }
  }

  private static @Nullable Throwable failureOf(@Nullable CompletableFuture<Long> future) {
    if (future == null || !future.isCompletedExceptionally()) {
      return null;
    }
    // Not by waiting for it: that is a call of the library's.
    return future.handle((id, failure) -> failure).join();
  }

  /** The Error itself, if it hit this thread; else what tells of it. */
  private static boolean isAllowed(Throwable e) {
    return isTheError(e)
        || e instanceof WriterPoisonedException
        || (e instanceof DurabilityException && (isCausedByTheError(e) || isOpen(e)));
  }

  static boolean isCausedByTheError(Throwable e) {
    for (Throwable next = e; next != null; next = next.getCause()) {
      if (isTheError(next)) {
        return true;
      }
    }
    return false;
  }

  /** The one that was planted; if none is to be planted, what the JVM throws. */
  private static boolean isTheError(Throwable e) {
    return Points.isArmed() ? e == Points.thrown() : e instanceof VirtualMachineError;
  }

  /** Whether an entry may be there of which nobody was told the id. */
  private boolean isOpen(Call call) {
    Throwable thrown = call.thrown;
    return isRefused() || (thrown != null && isOpen(thrown));
  }

  /** Whether it says that writing failed and was rolled back. */
  private static boolean isOpen(Throwable e) {
    return e instanceof OutcomeOpenException || e.getCause() instanceof OutcomeOpenException;
  }

  private static boolean isRefusal(@Nullable Throwable e) {
    return e instanceof DurabilityException && !isOpen(e);
  }

  // ---- what was recovered

  /**
   * Checks what was recovered: the entries in their order from the first to the last, with all in
   * it that was acknowledged, and nothing of a call that has not happened.
   */
  void check(Found found, long acknowledged) {
    require(
        found.lastId() >= acknowledged,
        () -> "acknowledged through " + acknowledged + ", recovered through " + found.lastId());
    checkHoles(found);
    Map<Long, String> claimed = claimed();
    claimed.forEach(
        (id, entry) -> {
          String there = found.entries().get(id);
          require(
              id < found.firstId() || id > found.lastId() || entry.equals(there),
              () -> "entry " + id + " is " + name(there) + ", and was " + name(entry));
        });
    found.entries().forEach((id, entry) -> checkUnclaimed(id, entry, claimed));
    calls.forEach(call -> checkWhole(call, found));
  }

  /** What has which id, by those calls that told. */
  private Map<Long, String> claimed() {
    Map<Long, String> claimed = new HashMap<>(before.entries());
    for (Call call : calls) {
      long first = id(call) - call.entries.size() + 1;
      for (int i = 0; id(call) > 0 && i < call.entries.size(); i++) {
        claimed.put(first + i, call.entries.get(i));
      }
    }
    return claimed;
  }

  /** What is missing in the middle is a hole, whatever else was written between the entries. */
  private static void checkHoles(Found found) {
    List<Long> missing =
        LongStream.rangeClosed(found.firstId(), found.lastId())
            .filter(id -> !found.entries().containsKey(id))
            .boxed()
            .toList();
    require(missing.isEmpty(), () -> "holes: " + missing);
  }

  /** An entry whose id nobody was told: a call of open outcome may have put it there. */
  private void checkUnclaimed(long id, String entry, Map<Long, String> claimed) {
    if (claimed.containsKey(id)) {
      return;
    }
    Call call = calls.stream().filter(c -> c.entries.contains(entry)).findFirst().orElse(null);
    require(call != null, () -> "entry " + id + " was never appended: " + name(entry));
    require(
        call == null || call.kind == Kind.APPEND_CUT_OFF || isOpen(call),
        () -> "entry " + id + " is there, and its call was not to have happened: " + call);
  }

  private static void checkWhole(Call call, Found found) {
    long there = call.entries.stream().filter(found.entries()::containsValue).count();
    boolean isCut = call.id > 0 && call.id - call.entries.size() < found.firstId();
    require(
        there == 0 || there == call.entries.size() || isCut,
        () -> "a batch is there in part: " + call);
  }

  static void require(boolean condition, Supplier<String> otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise.get());
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("\n  the calls:");
    calls.forEach(call -> text.append("\n    ").append(call));
    return text.toString();
  }

  /** Without what only fills. */
  static String name(@Nullable String entry) {
    return entry == null ? "missing" : entry.substring(0, entry.indexOf(':'));
  }
}
