package dev.durability.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Says how values are encoded: a media type, and a descriptor that the media type defines. A log
 * has it beside the entries, so that they can be read without the program that wrote them, and so
 * that a later version of the program knows what it reads.
 *
 * <p>Two schemas are the same if all their bytes are. Immutable.
 */
public final class Schema {
  /** The most bytes that media type and descriptor may have together. */
  public static final int BYTES_MAX = (64 << 10) - 1;

  private final String mediaType;
  private final byte[] descriptor;

  private Schema(String mediaType, byte[] descriptor) {
    this.mediaType = mediaType;
    this.descriptor = descriptor;
  }

  /**
   * Makes a schema.
   *
   * @param mediaType such as {@code application/json}
   * @param descriptor what the media type defines; copied
   * @return the schema
   * @throws IllegalArgumentException if the media type is empty or contains a zero character, or
   *     both together have more than {@link #BYTES_MAX} bytes
   */
  public static Schema of(String mediaType, byte[] descriptor) {
    if (mediaType.isEmpty() || mediaType.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a media type has characters, and none of them is zero");
    }
    long bytes = (long) mediaType.getBytes(StandardCharsets.UTF_8).length + descriptor.length;
    if (bytes > BYTES_MAX) {
      throw new IllegalArgumentException(
          "the schema takes " + bytes + " bytes, but a log has room for " + BYTES_MAX);
    }
    return new Schema(mediaType, descriptor.clone());
  }

  /** {@return the media type, such as {@code application/json}} */
  public String mediaType() {
    return mediaType;
  }

  /** {@return the descriptor, read-only} */
  public ByteBuffer descriptor() {
    return ByteBuffer.wrap(descriptor).asReadOnlyBuffer();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Schema schema
        && mediaType.equals(schema.mediaType)
        && Arrays.equals(descriptor, schema.descriptor);
  }

  @Override
  public int hashCode() {
    return 31 * mediaType.hashCode() + Arrays.hashCode(descriptor);
  }

  /** {@return the media type, and how many bytes the descriptor has} */
  @Override
  public String toString() {
    return mediaType + ", a descriptor of " + descriptor.length + " bytes";
  }
}
