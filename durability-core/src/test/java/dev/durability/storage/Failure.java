package dev.durability.storage;

import java.util.function.Predicate;

/**
 * A failure for a {@link FailingDirectory} to inject: {@code Failure.of(WRITE).nth(3)}. Immutable;
 * each method returns a changed copy.
 *
 * @param operation which operation fails
 * @param first which of the matching operations since {@link FailingDirectory#inject}, from 1
 * @param times how many of them in a row fail
 * @param path which files (for RENAME: the old name or the new one)
 * @param effect what takes place before the exception: for WRITE the number of bytes that are
 *     written, for others 0 nothing or more than 0 all of it
 * @param message the message of the IOException
 */
public record Failure(
    Operation operation,
    long first,
    long times,
    Predicate<String> path,
    long effect,
    String message) {

  /** What can fail, and is counted. */
  public enum Operation {
    CREATE,
    RESUME,
    OPEN,
    RENAME,
    DELETE,
    EXISTS,
    LIST,
    CREATE_DIRECTORIES,
    SYNC_DIRECTORY,
    LOCK,
    /** {@link AppendFile#write}. */
    WRITE,
    /** {@link AppendFile#sync}. */
    SYNC_FILE,
    TRUNCATE,
    CLOSE_APPEND,
    READ,
    SIZE
  }

  /** The first operation of a kind fails, once, on any path, without an effect. */
  public static Failure of(Operation operation) {
    return new Failure(
        operation,
        1,
        1,
        path -> true,
        0,
        "injected failure of " + operation + ", Input/output error");
  }

  /** The nth matching operation fails, counted from 1 at the injection. */
  public Failure nth(long n) {
    return new Failure(operation, n, times, path, effect, message);
  }

  /** So many matching operations in a row fail. */
  public Failure times(long count) {
    return new Failure(operation, first, count, path, effect, message);
  }

  /** From the nth on, all matching operations fail. */
  public Failure forever() {
    return times(Long.MAX_VALUE);
  }

  /** Only operations on such paths match. */
  public Failure on(Predicate<String> paths) {
    return new Failure(operation, first, times, paths, effect, message);
  }

  /** Only operations on paths that end so match. */
  public Failure onSuffix(String suffix) {
    return on(path -> path.endsWith(suffix));
  }

  /** A write writes this many of its bytes (at most all) before it fails. */
  public Failure afterBytes(long bytes) {
    return new Failure(operation, first, times, path, bytes, message);
  }

  /** The operation is carried out whole, and then fails nevertheless. */
  public Failure afterEffect() {
    return afterBytes(Long.MAX_VALUE);
  }

  /** What the IOException says. */
  public Failure saying(String text) {
    return new Failure(operation, first, times, path, effect, text);
  }
}
