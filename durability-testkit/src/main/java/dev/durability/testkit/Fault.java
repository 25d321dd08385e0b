package dev.durability.testkit;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A fault for a {@link FaultDirectory}: which operations it affects, and how.
 *
 * <pre>{@code
 * Fault.of(SYNC_FILE)                                  // the next sync of a file fails, once
 * Fault.of(WRITE).endingIn(".wal").nth(3).shortWrite(7)
 * Fault.of(WRITE).every(5).noSpace()                   // from now on every 5th write
 * Fault.of(READ).always().flipBit(12_345)
 * }</pre>
 *
 * <p>Immutable; each method returns a changed copy. An operation that fails with an exception has
 * not taken place, unless {@link #afterEffect} says so.
 */
public final class Fault {

  /** The operations that a fault can affect. */
  public enum Operation {
    /** {@link dev.durability.storage.Directory#create}. */
    CREATE,
    /** {@link dev.durability.storage.Directory#resume}. */
    RESUME,
    /** {@link dev.durability.storage.Directory#open}. */
    OPEN,
    /** {@link dev.durability.storage.Directory#rename}; its path is the old name or the new one. */
    RENAME,
    /** {@link dev.durability.storage.Directory#delete}. */
    DELETE,
    /** {@link dev.durability.storage.Directory#exists}. */
    EXISTS,
    /** {@link dev.durability.storage.Directory#list}. */
    LIST,
    /** {@link dev.durability.storage.Directory#createDirectories}. */
    CREATE_DIRECTORIES,
    /** {@link dev.durability.storage.Directory#sync}. */
    SYNC_DIRECTORY,
    /** {@link dev.durability.storage.Directory#lock}. */
    LOCK,
    /** {@link dev.durability.storage.AppendFile#write}. */
    WRITE,
    /** {@link dev.durability.storage.AppendFile#flush}. */
    FLUSH,
    /** {@link dev.durability.storage.AppendFile#sync}. */
    SYNC_FILE,
    /** {@link dev.durability.storage.AppendFile#truncate}. */
    TRUNCATE,
    /** {@link dev.durability.storage.AppendFile#close}, which closes the file and then fails. */
    CLOSE_APPEND,
    /** {@link dev.durability.storage.ReadFile#read}. */
    READ,
    /** {@link dev.durability.storage.ReadFile#size}. */
    SIZE
  }

  /** What a fault does. */
  enum Effect {
    /** An exception instead of the operation. */
    FAIL,
    /** An exception after it. */
    FAIL_AFTER,
    /** Waits, then goes on. */
    WAIT,
    /** The first bytes are written, then an exception. */
    SHORT_WRITE,
    /** No exception, and nothing is written. */
    LOSE,
    /** No exception, and the bytes are written elsewhere in the file. */
    MISDIRECT,
    /** No exception, and one bit of what is read is flipped. */
    FLIP_BIT
  }

  private static final String INPUT_OUTPUT = "Input/output error";
  private static final String NO_SPACE = "No space left on device";

  private final Operation operation;
  private final Predicate<String> path;
  private final LongPredicate turn;
  private final Effect effect;
  private final long amount;
  private final String message;
  private final @Nullable Runnable pause;

  private Fault(
      Operation operation,
      Predicate<String> path,
      LongPredicate turn,
      Effect effect,
      long amount,
      String message,
      @Nullable Runnable pause) {
    this.operation = operation;
    this.path = path;
    this.turn = turn;
    this.effect = effect;
    this.amount = amount;
    this.message = message;
    this.pause = pause;
  }

  /**
   * Creates a fault: the next operation of a kind fails with "Input/output error", once.
   *
   * @param operation the kind
   * @return the fault
   */
  public static Fault of(Operation operation) {
    return new Fault(
        Objects.requireNonNull(operation, "operation"),
        path -> true,
        turn -> turn == 1,
        Effect.FAIL,
        0,
        INPUT_OUTPUT + " (injected into " + operation + ")",
        null);
  }

  /**
   * Affects only the files or directories that a rule picks.
   *
   * @param rule decides by the path
   * @return the changed fault
   */
  public Fault on(Predicate<String> rule) {
    return new Fault(operation, rule, turn, effect, amount, message, pause);
  }

  /**
   * Affects only paths with a certain ending.
   *
   * @param suffix the end of the path
   * @return the changed fault
   */
  public Fault endingIn(String suffix) {
    return on(each -> each.endsWith(suffix));
  }

  /**
   * Affects one of the matching operations.
   *
   * @param nth which, counted from 1 since the fault was injected
   * @return the changed fault
   */
  public Fault nth(long nth) {
    return when(count -> count == nth);
  }

  /**
   * Affects one of the matching operations and all that follow.
   *
   * @param nth which is the first, counted from 1 since the fault was injected
   * @return the changed fault
   */
  public Fault from(long nth) {
    return when(count -> count >= nth);
  }

  /**
   * Affects every n-th of the matching operations.
   *
   * @param n n, at least 1
   * @return the changed fault
   */
  public Fault every(long n) {
    return when(count -> count % n == 0);
  }

  /**
   * Affects all matching operations.
   *
   * @return the changed fault
   */
  public Fault always() {
    return when(count -> true);
  }

  /**
   * Affects the matching operations that a rule picks.
   *
   * @param rule decides by their number since the fault was injected, this one included
   * @return the changed fault
   */
  public Fault when(LongPredicate rule) {
    return new Fault(operation, path, rule, effect, amount, message, pause);
  }

  /**
   * Fails as a full disk does.
   *
   * @return the changed fault
   */
  public Fault noSpace() {
    return new Fault(operation, path, turn, effect, amount, NO_SPACE, pause);
  }

  /**
   * Fails with a message of the test's own.
   *
   * @param text what the exception says after the path
   * @return the changed fault
   */
  public Fault saying(String text) {
    return new Fault(
        operation, path, turn, effect, amount, Objects.requireNonNull(text, "text"), pause);
  }

  /**
   * Fails after the operation has taken place.
   *
   * @return the changed fault
   */
  public Fault afterEffect() {
    return with(Effect.FAIL_AFTER, 0, Set.of());
  }

  /**
   * Fails after the first bytes were written.
   *
   * @param bytes how many; all of them if the write has fewer
   * @return the changed fault
   */
  public Fault shortWrite(long bytes) {
    return with(Effect.SHORT_WRITE, bytes, EnumSet.of(Operation.WRITE));
  }

  /**
   * Goes on after a wait, as a slow device does.
   *
   * @param wait called first; it may block as long as the test wants
   * @return the changed fault
   */
  public Fault slow(Runnable wait) {
    return new Fault(operation, path, turn, Effect.WAIT, 0, message, wait);
  }

  /**
   * Reports success and keeps the old bytes: a lost write. A lost sync syncs nothing.
   *
   * @return the changed fault
   */
  public Fault lose() {
    return with(
        Effect.LOSE, 0, EnumSet.of(Operation.WRITE, Operation.SYNC_FILE, Operation.SYNC_DIRECTORY));
  }

  /**
   * Reports success, keeps the old bytes, and overwrites others in the same file: a misdirected
   * write.
   *
   * @param distance how far away, in bytes; negative for before. The part before the start of the
   *     file or after its end is lost
   * @return the changed fault
   */
  public Fault misdirect(long distance) {
    return with(Effect.MISDIRECT, distance, EnumSet.of(Operation.WRITE));
  }

  /**
   * Reports success, with one bit of what was read flipped.
   *
   * @param index which bit, counted over the bytes that were read, modulo their number
   * @return the changed fault
   */
  public Fault flipBit(long index) {
    return with(Effect.FLIP_BIT, index, EnumSet.of(Operation.READ));
  }

  private Fault with(Effect other, long number, Set<Operation> fitting) {
    if (!fitting.isEmpty() && !fitting.contains(operation)) {
      throw new IllegalArgumentException(
          other + " is possible for " + fitting + ", not for " + operation);
    }
    return new Fault(operation, path, turn, other, number, message, pause);
  }

  boolean matches(Operation called, String name, String otherName) {
    return called == operation && (path.test(name) || path.test(otherName));
  }

  boolean strikes(long count) {
    return turn.test(count);
  }

  /** Whether the operation reports success. */
  boolean goesUnnoticed() {
    return effect == Effect.LOSE || effect == Effect.MISDIRECT || effect == Effect.FLIP_BIT;
  }

  Effect effect() {
    return effect;
  }

  long amount() {
    return amount;
  }

  String message() {
    return message;
  }

  void pause() {
    if (pause != null) {
      pause.run();
    }
  }

  @Override
  public String toString() {
    return effect + " at " + operation + ": " + message;
  }
}
