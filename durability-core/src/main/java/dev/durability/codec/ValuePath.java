package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The place in a value at which the encoder or decoder is. It names the place of an error, and
 * limits how deep values nest. One object per call, used by one thread. After a failure it stays
 * where it is, so that the error can name the place.
 */
abstract class ValuePath {

  /**
   * How deep a value may nest: each component, element, optional and variant is a level. Only a
   * recursive type gets near it. A thread with a stack of 256 KiB has room for it.
   */
  static final int DEPTH_MAX = 200;

  /**
   * How deep a key of a map or an element of a set may nest. Its {@code hashCode} and {@code
   * equals} go as deep, on a stack that is already as deep as the value.
   */
  static final int KEY_DEPTH_MAX = 32;

  /** How many bytes the comparisons of colliding keys may cost for each byte of the value. */
  private static final long COMPARISONS_PER_BYTE_MAX = 64;

  /**
   * How many more are allowed for any value: a hundred small keys may all have the same hash code.
   */
  private static final long COMPARISONS_MIN = 1 << 20;

  private static final int NO_KEY = -1;

  private static final int UNINDEXED = -1;

  /** How many steps of a long path are shown at each of its ends. */
  private static final int SHOWN_AT_END = 8;

  private final String root;
  private @Nullable String[] names = new @Nullable String[8];
  private int[] indexes = new int[8];
  private int depth;
  private int level;
  private int keyLevel = NO_KEY;
  private long comparisons;

  ValuePath(Class<?> root) {
    this.root = root.getSimpleName();
  }

  /** Goes into a component of a record. */
  final void enter(String component) throws CodecException {
    push(component, UNINDEXED);
  }

  /** Goes into an element of a collection. */
  final void enter(int index) throws CodecException {
    push(null, index);
  }

  private void push(@Nullable String name, int index) throws CodecException {
    descend();
    if (depth == names.length) {
      names = Arrays.copyOf(names, 2 * depth);
      indexes = Arrays.copyOf(indexes, 2 * depth);
    }
    names[depth] = name;
    indexes[depth++] = index;
  }

  /** Goes back to where it was before the last {@code enter}. */
  final void leave() {
    depth--;
    ascend();
  }

  /** Goes a level deeper, into an optional or a variant, which has no name of its own. */
  final void descend() throws CodecException {
    if (level == DEPTH_MAX) {
      throw failure(
          "values are nested more than " + DEPTH_MAX + " deep; use a list instead of a chain",
          null);
    }
    if (keyLevel != NO_KEY && level - keyLevel == KEY_DEPTH_MAX) {
      throw failure(
          "a key of a map or an element of a set is nested more than " + KEY_DEPTH_MAX + " deep",
          null);
    }
    level++;
  }

  /** Goes back to the level before the last {@code descend}. */
  final void ascend() {
    level--;
  }

  /**
   * Begins a key of a map or an element of a set.
   *
   * @return what to pass to the method that ends it
   */
  final int beginKey() {
    int around = keyLevel;
    keyLevel = around == NO_KEY ? level : around;
    return around;
  }

  /** Ends what {@link #beginKey} began. */
  final void endKey(int around) {
    keyLevel = around;
  }

  /** The bytes read or written so far, and what comparing the keys in them costs. */
  final long cost() {
    return bytes() + comparisons;
  }

  /**
   * The keys of a set or map are complete.
   *
   * @return whether some of them have the same hash code
   */
  final boolean compare(Keys keys) {
    long more = keys.comparisons();
    comparisons = Math.min(Keys.COMPARISONS_MAX, comparisons + more);
    return more > 0;
  }

  /**
   * Refuses a value if comparing keys with colliding hash codes would take too long.
   *
   * @param size of the value in bytes
   */
  final void checkComparisons(long size) throws CodecException {
    if (comparisons > COMPARISONS_MIN + size * COMPARISONS_PER_BYTE_MAX) {
      throw failure(
          "too many keys of maps or elements of sets have the same hash code: comparing them takes"
              + " more than "
              + COMPARISONS_PER_BYTE_MAX
              + " times the size of the value",
          null);
    }
  }

  /** How many bytes were read or written. */
  abstract int bytes();

  /** Returns an exception that names this place. */
  final CodecException failure(String problem, @Nullable Throwable cause) {
    return new CodecException(activity() + " " + this + position() + ": " + problem, cause);
  }

  /** What is being done, for messages. */
  String activity() {
    return "encoding";
  }

  /** At which byte that is, for messages; empty if that does not help. */
  String position() {
    return "";
  }

  @Override
  public final String toString() {
    StringBuilder text = new StringBuilder(root);
    for (int i = 0; i < depth; i++) {
      if (i == SHOWN_AT_END && depth > 2 * SHOWN_AT_END) {
        i = depth - SHOWN_AT_END;
        text.append("...");
      }
      if (indexes[i] == UNINDEXED) {
        text.append('.').append(names[i]);
      } else {
        text.append('[').append(indexes[i]).append(']');
      }
    }
    return text.toString();
  }
}
