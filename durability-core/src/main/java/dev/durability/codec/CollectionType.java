package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A list or set: a count and the elements in iteration order. */
final class CollectionType implements WireType {

  /**
   * Room for more elements is taken only as they are read: a count is no larger than the bytes that
   * remain, but each of many nested lists could claim all of these.
   */
  private static final int CAPACITY_MAX = 1024;

  private final WireType element;
  private final boolean unique;

  private CollectionType(WireType element, boolean unique) {
    this.element = element;
    this.unique = unique;
  }

  static WireType list(WireType element) {
    return new CollectionType(element, false);
  }

  static WireType set(WireType element) {
    return new CollectionType(element, true);
  }

  @Override
  public void write(Object value, PostcardOutput out) throws CodecException {
    Collection<?> elements = (Collection<?>) value;
    int count = elements.size();
    out.varint(count);
    int written = 0;
    for (Object each : elements) {
      out.enter(written++);
      element.write(out.present(each), out);
      out.leave();
    }
    checkUnchanged(count, written, out);
  }

  /** Refuses a collection whose count, which is written already, is not that of its elements. */
  static void checkUnchanged(int count, int written, PostcardOutput out) throws CodecException {
    if (written != count) {
      throw out.failure("changed while it was encoded; pass a copy that nobody changes", null);
    }
  }

  @Override
  public Object read(PostcardInput in) throws CodecException {
    int count = in.length();
    return unique ? readSet(count, in) : readList(count, in);
  }

  private List<Object> readList(int count, PostcardInput in) throws CodecException {
    List<Object> list = new ArrayList<>(Math.min(count, CAPACITY_MAX));
    for (int i = 0; i < count; i++) {
      in.enter(i);
      list.add(element.read(in));
      in.leave();
    }
    return Collections.unmodifiableList(list);
  }

  private Set<Object> readSet(int count, PostcardInput in) throws CodecException {
    Set<Object> set = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      in.enter(i);
      if (!set.add(element.read(in))) {
        throw in.failure("an element of a set stands there twice", null);
      }
      in.leave();
    }
    return Collections.unmodifiableSet(set);
  }
}
