package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where in a value the encoder or decoder is: names errors, and bounds how deep values nest. One
 * object serves one call, on one thread. It is not left after a failure, so that the failure can
 * still be named.
 */
class ValuePath {

  /**
   * How many components and elements deep a value may nest. Recursion in the type is the only way
   * to get near it; beyond it hostile bytes could overflow the stack.
   */
  static final int DEPTH_MAX = 500;

  private static final int UNINDEXED = -1;

  /** How many steps of a long path are shown at each of its ends. */
  private static final int SHOWN_AT_END = 8;

  private final String root;
  private @Nullable String[] names = new @Nullable String[8];
  private int[] indexes = new int[8];
  private int depth;

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
    if (depth == DEPTH_MAX) {
      throw failure(
          "values are nested more than " + DEPTH_MAX + " deep; use a list instead of a chain",
          null);
    }
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
  }

  /** Makes the failure of what is done here. */
  final CodecException failure(String problem, @Nullable Throwable cause) {
    return new CodecException(activity() + " " + this + position() + ": " + problem, cause);
  }

  /** Says what is being done. */
  String activity() {
    return "encoding";
  }

  /** Says at which byte it is done, if that helps. */
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
