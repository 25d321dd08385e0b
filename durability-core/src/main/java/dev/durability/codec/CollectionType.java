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
   * Room for more elements is taken only as they are read. A count is at most the number of bytes
   * that remain, but each of many nested lists could claim all of them.
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

  WireType element() {
    return element;
  }

  /** Whether it is a set. */
  boolean unique() {
    return unique;
  }

  @Override
  public Described describe(Describer describer) {
    Described each = element.describe(describer);
    return unique ? new Described.SetOf(each) : new Described.ListOf(each);
  }

  @Override
  public void write(Object value, PostcardOutput out) throws CodecException {
    Collection<?> elements = (Collection<?>) value;
    int count = elements.size();
    out.varint(count);
    Keys keys = unique && !element.isOrdered() ? new Keys() : null;
    int written = 0;
    for (Object each : elements) {
      out.enter(written++);
      if (keys == null) {
        element.write(out.present(each), out);
      } else {
        writeKey(element, out.present(each), keys, out);
      }
      out.leave();
    }
    checkUnchanged(count, written, out);
    if (unique) {
      Repeats.refuse(elements, elements, keys, "the set has an element twice", out);
    }
  }

  /** Writes a key and adds it to the keys. */
  static void writeKey(WireType type, Object key, Keys keys, PostcardOutput out)
      throws CodecException {
    long before = out.cost();
    int around = out.beginKey();
    type.write(key, out);
    out.endKey(around);
    keys.add(key, out.cost() - before);
  }

  /** Reads a key and adds it to the keys. */
  static Object readKey(WireType type, Keys keys, PostcardInput in) throws CodecException {
    long before = in.cost();
    int around = in.beginKey();
    Object key = type.read(in);
    in.endKey(around);
    keys.add(key, in.cost() - before);
    return key;
  }

  /** Refuses a collection that has another number of elements than the count already written. */
  static void checkUnchanged(int count, int written, PostcardOutput out) throws CodecException {
    if (written != count) {
      throw out.failure("it changed while it was encoded; pass a copy that does not change", null);
    }
  }

  /** One method, like {@link #write}: each level of a nested value takes stack for it. */
  @Override
  public Object read(PostcardInput in) throws CodecException {
    int count = in.length();
    if (unique && element.isOrdered()) {
      return readOrdered(count, in);
    }
    Keys keys = unique ? new Keys() : null;
    List<Object> list = new ArrayList<>(Math.min(count, CAPACITY_MAX));
    for (int i = 0; i < count; i++) {
      in.enter(i);
      list.add(keys == null ? element.read(in) : readKey(element, keys, in));
      in.leave();
    }
    return keys == null ? Collections.unmodifiableList(list) : set(list, keys, in);
  }

  private Set<Object> readOrdered(int count, PostcardInput in) throws CodecException {
    Set<Object> set = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      in.enter(i);
      add(element.read(in), set, in);
      in.leave();
    }
    return Collections.unmodifiableSet(set);
  }

  /** Adds elements to the set only after checking that comparing them does not take too long. */
  private static Set<Object> set(List<Object> elements, Keys keys, PostcardInput in)
      throws CodecException {
    in.compareWithinBounds(keys);
    Set<Object> set = new LinkedHashSet<>();
    for (int i = 0; i < elements.size(); i++) {
      in.enter(i);
      add(elements.get(i), set, in);
      in.leave();
    }
    return Collections.unmodifiableSet(set);
  }

  private static void add(Object one, Set<Object> set, PostcardInput in) throws CodecException {
    if (!set.add(one)) {
      throw in.failure("the set has an element twice", null);
    }
  }
}
