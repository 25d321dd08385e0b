package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A map: a count and the entries in iteration order, each as key and value. */
record MapType(WireType key, WireType value) implements WireType {

  @Override
  public void write(Object object, PostcardOutput out) throws CodecException {
    Map<?, ?> map = (Map<?, ?>) object;
    int count = map.size();
    out.varint(count);
    int written = 0;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.enter(written++);
      key.write(out.present(entry.getKey()), out);
      value.write(out.present(entry.getValue()), out);
      out.leave();
    }
    CollectionType.checkUnchanged(count, written, out);
  }

  @Override
  public Object read(PostcardInput in) throws CodecException {
    int count = in.length();
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      in.enter(i);
      if (map.put(key.read(in), value.read(in)) != null) {
        throw in.failure("a key of a map stands there twice", null);
      }
      in.leave();
    }
    return Collections.unmodifiableMap(map);
  }
}
