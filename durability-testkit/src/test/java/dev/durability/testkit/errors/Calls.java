package dev.durability.testkit.errors;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.wal.AppendFuture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls that threads made of one writer, from its opening to its close, and what came of each.
 * Judges them: among themselves, and against what the log holds afterwards.
 */
final class Calls {

  /** What a call does. */
  enum Kind {
    APPEND,
    APPEND_DURABLE,
    APPEND_ASYNC,
    MARK,
    TRUNCATE,
    FLUSH,
    SYNC,
    CLOSE
  }

  /** One call. */
  static final class Call {
    final Kind kind;
    final List<String> entries;
    final int begun;
    int ended = Integer.MAX_VALUE;
    long id;
    @Nullable AppendFuture future;
    @Nullable Throwable thrown;

    Call(Kind kind, List<String> entries, int begun) {
      this.kind = kind;
      this.entries = entries;
      this.begun = begun;
    }

    boolean returned() {
      return ended != Integer.MAX_VALUE && thrown == null;
    }

    @Override
    public String toString() {
      String name = entries.isEmpty() ? "" : " " + name(entries.get(0));
      return kind + name + (thrown == null ? " -> " + id : " threw " + thrown);
    }
  }

  private final AtomicInteger clock = new AtomicInteger();
  private final List<Call> calls = new ArrayList<>();
  private final Map<Long, String> settled;
  private final long settledThrough;

  /**
   * @param settled what the log held before, by id
   * @param settledThrough the last id that was used before
   */
  Calls(Map<Long, String> settled, long settledThrough) {
    this.settled = settled;
    this.settledThrough = settledThrough;
  }

  /** Makes a call that returns an id, or the last of several. What it throws is noted. */
  Call call(Kind kind, List<String> entries, Callable<Long> body) {
    return noted(kind, entries, call -> call.id = body.call());
  }

  /** Makes a call that returns a future. */
  Call async(String entry, Callable<AppendFuture> body) {
    return noted(
        Kind.APPEND_ASYNC,
        List.of(entry),
        call -> {
          AppendFuture future = body.call();
          call.id = future.entryId();
          call.future = future;
        });
  }

  private interface Body {
    void run(Call call) throws Exception;
  }

  private Call noted(Kind kind, List<String> entries, Body body) {
    Call call = new Call(kind, entries, clock.incrementAndGet());
    synchronized (calls) {
      calls.add(call);
    }
    try {
      body.run(call);
    } catch (Throwable e) {
      call.thrown = e;
    }
    call.ended = clock.incrementAndGet();
    return call;
  }

  // ---- what the calls say

  /** Whether the writer said that it goes no further. */
  boolean isPoisoned() {
    return poisonedAt() != Integer.MAX_VALUE;
  }

  private int poisonedAt() {
    return calls.stream()
        .filter(call -> call.thrown instanceof WriterPoisonedException)
        .mapToInt(call -> call.ended)
        .min()
        .orElse(Integer.MAX_VALUE);
  }

  /** Whether the first close returned: then everything is durable. Others do nothing. */
  boolean isClosedWell() {
    return calls.stream().filter(call -> call.kind == Kind.CLOSE).limit(1).anyMatch(Call::returned);
  }

  /** {@return the last id that is durable, by what was said until now} */
  long acknowledgedThrough() {
    long through = settledThrough;
    for (Call call : calls) {
      boolean acknowledged =
          switch (call.kind) {
            case APPEND_DURABLE, MARK -> true;
            case APPEND_ASYNC -> call.future != null && isCompleted(call.future);
            case APPEND -> calls.stream().anyMatch(other -> syncsAfter(other, call));
            default -> false;
          };
      if (call.returned() && (acknowledged || isClosedWell())) {
        through = Math.max(through, call.id);
      }
    }
    return through;
  }

  private static boolean isCompleted(AppendFuture future) {
    return future.isDone() && !future.isCompletedExceptionally();
  }

  private static boolean syncsAfter(Call other, Call call) {
    return other.kind == Kind.SYNC && other.returned() && other.begun > call.ended;
  }

  /** {@return what is wrong with the outcomes themselves, or null} */
  @Nullable String contradiction() {
    int poisonedAt = poisonedAt();
    for (Call call : calls) {
      if (call.ended == Integer.MAX_VALUE) {
        return "did not end: " + call;
      }
      if (call.thrown != null && !isAllowed(call.thrown)) {
        return call.kind + " threw what says neither: " + Crew.describe(call.thrown);
      }
      if (call.returned() && call.begun > poisonedAt && call.kind != Kind.CLOSE) {
        return "goes on after it was poisoned: " + call;
      }
      String future = call.future == null ? null : contradiction(call, call.future);
      if (future != null) {
        return future;
      }
    }
    return null;
  }

  private @Nullable String contradiction(Call call, AppendFuture future) {
    if (!future.isDone()) {
      return "the future is never completed: " + call;
    }
    try {
      long id = future.join();
      return id == call.id ? null : "the future says " + id + ": " + call;
    } catch (CompletionException | java.util.concurrent.CancellationException e) {
      Throwable cause = e.getCause();
      if (isClosedWell()) {
        return "the future failed and all was closed well: " + Crew.describe(e);
      }
      boolean says =
          cause instanceof WriterPoisonedException || cause instanceof OutcomeOpenException;
      return says ? null : "the future failed with what says neither: " + Crew.describe(e);
    }
  }

  /** The Error itself, where it hit this thread; else what tells of it. */
  static boolean isAllowed(Throwable e) {
    if (e == Points.thrown()) {
      return true;
    }
    boolean says = e instanceof WriterPoisonedException || e instanceof OutcomeOpenException;
    return says && isCausedByIt(e);
  }

  static boolean isCausedByIt(Throwable e) {
    for (Throwable next = e; next != null; next = next.getCause()) {
      if (next == Points.thrown()) {
        return true;
      }
    }
    return false;
  }

  // ---- what the log says

  /**
   * Compares with what was recovered.
   *
   * @param found the entries, by id
   * @param firstId the first id that the log has
   * @param lastId the last, 0 if there is none
   * @param acknowledged what was acknowledged
   */
  @Nullable String contradiction(
      Map<Long, String> found, long firstId, long lastId, long acknowledged) {
    if (lastId < acknowledged) {
      return "acknowledged through " + acknowledged + ", recovered through " + lastId + told();
    }
    Map<Long, String> claimed = new HashMap<>(settled);
    int markers = 0;
    for (Call call : calls) {
      if (call.kind == Kind.TRUNCATE) {

        markers++;
      }
      markers += call.kind == Kind.MARK && (call.returned() || isPoisoned()) ? 1 : 0;
      if (call.returned() || call.future != null) {
        for (int i = 0; i < call.entries.size(); i++) {
          claimed.put(call.id - call.entries.size() + 1 + i, call.entries.get(i));
        }
      }
    }
    String hole = holes(found, Math.max(firstId, settledThrough + 1), lastId, markers);
    if (hole != null) {
      return hole + told();
    }
    for (Map.Entry<Long, String> each : claimed.entrySet()) {
      long id = each.getKey();
      if (id >= firstId && id <= lastId && !each.getValue().equals(found.get(id))) {
        return "entry "
            + id
            + " is "
            + name(found.get(id))
            + ", and was "
            + name(each.getValue())
            + told();
      }
    }
    for (Map.Entry<Long, String> each : found.entrySet()) {
      if (!claimed.containsKey(each.getKey())) {
        String phantom = phantom(each.getKey(), each.getValue());
        if (phantom != null) {
          return phantom + told();
        }
      }
    }
    return divided(found, firstId);
  }

  private static @Nullable String holes(
      Map<Long, String> found, long fromId, long lastId, int markersMax) {
    int missing = 0;
    StringBuilder ids = new StringBuilder();
    for (long id = fromId; id <= lastId; id++) {
      if (!found.containsKey(id)) {
        missing++;
        ids.append(' ').append(id);
      }
    }
    return missing <= markersMax ? null : "holes, with " + markersMax + " markers at most:" + ids;
  }

  /** An entry that no call returned: one that left the outcome open may have put it there. */
  private @Nullable String phantom(long id, String entry) {
    for (Call call : calls) {
      if (call.entries.contains(entry)) {
        boolean isOpen = isPoisoned() || call.thrown instanceof OutcomeOpenException;
        return isOpen
            ? null
            : "entry " + id + " is there, and its call was not to have happened: " + call;
      }
    }
    return "entry " + id + " was never appended: " + name(entry);
  }

  private @Nullable String divided(Map<Long, String> found, long firstId) {
    for (Call call : calls) {
      long there = call.entries.stream().filter(found::containsValue).count();
      boolean isCut = call.id > 0 && call.id - call.entries.size() < firstId;
      if (call.kind == Kind.APPEND && there != 0 && there != call.entries.size() && !isCut) {
        return "a batch is there in part: " + call + told();
      }
    }
    return null;
  }

  private String told() {
    StringBuilder text = new StringBuilder("\n  the calls:");
    for (Call call : calls) {
      text.append("\n    ").append(call);
    }
    return text.toString();
  }

  /** Without what only fills. */
  static @Nullable String name(@Nullable String entry) {
    return entry == null ? null : entry.substring(0, entry.indexOf(':'));
  }
}
