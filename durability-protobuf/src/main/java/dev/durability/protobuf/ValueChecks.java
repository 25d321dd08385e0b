package dev.durability.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.durability.errors.CodecException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the bytes of a value have to be checked for before another message reads them: it could read
 * them all, but would cut off numbers, or leave elements out.
 */
final class ValueChecks {
  private final Map<MessagePair, Map<Integer, Check>> checks = new HashMap<>();
  private boolean needed;

  /**
   * What to check of a field.
   *
   * @param numbers those that it may have, or null for any
   * @param text whether its bytes have to be UTF-8
   * @param single whether it may have one element at most
   * @param content its message and the one that reads it, or null if it has none
   */
  record Check(
      @Nullable WireNumber numbers, boolean text, boolean single, @Nullable MessagePair content) {
    boolean isNeeded() {
      return numbers != null || text || single;
    }
  }

  void add(MessagePair pair, int field, Check check) {
    needed |= check.isNeeded();
    checks.computeIfAbsent(pair, unused -> new HashMap<>()).put(field, check);
  }

  /** {@return whether any value has to be checked} */
  boolean areNeeded() {
    return needed;
  }

  /**
   * Checks a value.
   *
   * @param value as it was written
   * @param pair its message and the one that reads it
   * @throws CodecException if the other message would read it as another value
   */
  void check(WrittenMessage value, MessagePair pair) throws CodecException {
    Map<Integer, Check> ofFields = checks.getOrDefault(pair, Map.of());
    for (Map.Entry<FieldDescriptor, Object> each : value.fields().entrySet()) {
      FieldDescriptor field = each.getKey();
      Check check = ofFields.get(field.getNumber());
      if (check == null) {
        continue; // It is gone, and goes to the unknown fields.
      }
      List<?> values = each.getValue() instanceof List<?> list ? list : List.of(each.getValue());
      if (check.single() && values.size() > 1) {
        throw failure(field, "has " + values.size() + " elements, but now there is room for one");
      }
      for (Object one : values) {
        check(one, field, check);
      }
    }
  }

  private void check(Object one, FieldDescriptor field, Check check) throws CodecException {
    if (one instanceof WrittenMessage message && check.content() != null) {
      check(message, check.content());
    } else if (check.numbers() != null && !check.numbers().contains(number(one))) {
      throw failure(field, "is " + one + ", which the type that it has now cannot hold");
    } else if (check.text() && one instanceof ByteString bytes && !bytes.isValidUtf8()) {
      throw failure(field, "has bytes that are not UTF-8, but now it is a string");
    }
  }

  private static BigInteger number(Object value) {
    return value instanceof Boolean bool
        ? (bool ? BigInteger.ONE : BigInteger.ZERO)
        : new BigInteger(value.toString());
  }

  private static CodecException failure(FieldDescriptor field, String problem) {
    return new CodecException(
        "decoding a message: "
            + field.getFullName()
            + " "
            + problem
            + "; read what was written as it was, and convert it with Codecs.upcasting");
  }
}
