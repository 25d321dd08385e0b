package dev.durability.avro;

import dev.durability.errors.CodecException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;

/**
 * Checks that bytes are exactly those of one value of a schema, without making anything of them.
 */
final class WellFormed {
  private final Cursor in;

  private WellFormed(Cursor in) {
    this.in = in;
  }

  /**
   * Checks.
   *
   * @throws CodecException if they are not
   */
  static void check(Schema type, ByteBuffer bytes) throws CodecException {
    Cursor in = new Cursor(bytes);
    new WellFormed(in).skip(type);
    in.end(type);
  }

  private void skip(Schema type) throws CodecException {
    switch (type.getType()) {
      case NULL -> {}
      case BOOLEAN -> {
        boolean unused = in.readBoolean();
      }
      case INT -> {
        int unused = in.readInt();
      }
      case LONG -> {
        long unused = in.readLong();
      }
      case FLOAT -> in.skip(Float.BYTES);
      case DOUBLE -> in.skip(Double.BYTES);
      case BYTES, STRING -> in.skip(in.readLength());
      case FIXED -> in.skip(type.getFixedSize());
      case ENUM -> {
        int unused = in.readIndex(type.getEnumSymbols());
      }
      case UNION -> skip(type.getTypes().get(in.readIndex(type.getTypes())));
      case ARRAY -> {
        Schema element = type.getElementType();
        in.blocks(() -> skip(element));
      }
      case MAP -> {
        Schema value = type.getValueType();
        in.blocks(
            () -> {
              in.skip(in.readLength());
              skip(value);
            });
      }
      case RECORD -> {
        in.enter();
        for (Schema.Field field : type.getFields()) {
          skip(field.schema());
        }
        in.leave();
      }
    }
  }
}
