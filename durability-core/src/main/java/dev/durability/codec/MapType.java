package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A map: a count and the entries in iteration order, each as key and value. */
record MapType(WireType key, WireType value) implements WireType {

  @Override
  public Described describe(Describer describer) {
    return new Described.MapOf(key.describe(describer), value.describe(describer));
  }

  @Override
  public void write(Object object, PostcardOutput out) throws CodecException {
    Map<?, ?> map = (Map<?, ?>) object;
    int count = map.size();
    out.varint(count);
    Keys keys = key.isOrdered() ? null : new Keys();
    int written = 0;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.enter(written++);
      if (keys == null) {
        key.write(out.present(entry.getKey()), out);
      } else {
        CollectionType.writeKey(key, out.present(entry.getKey()), keys, out);
      }
      value.write(out.present(entry.getValue()), out);
      out.leave();
    }
    CollectionType.checkUnchanged(count, written, out);
    Repeats.refuse(map, map.keySet(), keys, "the map has a key twice", out);
  }

  /** One method, like {@link #write}: each level of a nested value takes stack for it. */
  @Override
  public Object read(PostcardInput in) throws CodecException {
    int count = in.length();
    Keys keys = key.isOrdered() ? null : new Keys();
    List<Object> itsKeys = new ArrayList<>();
    List<Object> itsValues = new ArrayList<>();
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      in.enter(i);
      if (keys == null) {
        put(map, key.read(in), value.read(in), in);
      } else {
        itsKeys.add(CollectionType.readKey(key, keys, in));
        itsValues.add(value.read(in));
      }
      in.leave();
    }
    if (keys != null) {
      // Adds keys to the map only after checking that comparing them does not take too long.
      in.compareWithinBounds(keys);
      for (int i = 0; i < count; i++) {
        in.enter(i);
        put(map, itsKeys.get(i), itsValues.get(i), in);
        in.leave();
      }
    }
    return Collections.unmodifiableMap(map);
  }

  private static void put(Map<Object, Object> map, Object key, Object value, PostcardInput in)
      throws CodecException {
    if (map.put(key, value) != null) {
      throw in.failure("the map has a key twice", null);
    }
  }
}
