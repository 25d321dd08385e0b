package dev.durability.pekko;

/**
 * A value that one of Pekko's serializers wrote.
 *
 * <p>Not a record: that would compare arrays by their identity.
 */
final class Payload {
  private final int serializerId;
  private final String manifest;
  private final byte[] bytes;

  Payload(int serializerId, String manifest, byte[] bytes) {
    this.serializerId = serializerId;
    this.manifest = manifest;
    this.bytes = bytes;
  }

  int serializerId() {
    return serializerId;
  }

  /** What the serializer says about the type; empty if it needs nothing. */
  String manifest() {
    return manifest;
  }

  /** The bytes, which nobody changes. */
  byte[] bytes() {
    return bytes;
  }
}
