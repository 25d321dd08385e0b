package dev.durability.codec;

import dev.durability.codec.Described.Scalar;
import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Gives a value to each record that was written without one of its components. */
interface Preset {

  Object value() throws CodecException;

  /**
   * What gives a value that the caller set. It goes through its bytes: so it is one that the type
   * has, and records share nothing that could be changed.
   *
   * @param record has the component
   * @throws CodecException if the component cannot have the value
   * @throws ClassCastException if the value is of another type
   */
  static Preset of(Object value, WireType type, Class<?> record) throws CodecException {
    PostcardOutput out = new PostcardOutput(record);
    type.write(value, out);
    out.checkComparisons();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      out.writeTo(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("there is no storage in it", e);
    }
    byte[] encoded = bytes.toByteArray();
    Preset decoding =
        () -> type.read(new PostcardInput(record, ByteBuffer.wrap(encoded).asReadOnlyBuffer()));
    Object first = decoding.value();
    boolean isShared =
        type instanceof EnumType
            || (type instanceof ScalarType scalar && scalar.kind() != Scalar.BYTES);
    return isShared ? () -> first : decoding;
  }
}
