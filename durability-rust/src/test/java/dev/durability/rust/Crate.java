package dev.durability.rust;

import dev.durability.storage.Directory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Segments made of parts, right or wrong. */
final class Crate {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final int version;

  private Crate(int version) {
    this.version = version;
  }

  static Crate segment(int version, long firstEntryId, long segmentId) {
    Crate segment = new Crate(version);
    segment.add(CrateFormat.segmentHeader(version, firstEntryId, segmentId));
    return segment;
  }

  Crate frame(long id, byte... payload) {
    return frame(version, id, payload);
  }

  Crate frame(int checksumVersion, long id, byte[] payload) {
    add(CrateFormat.frame(checksumVersion, id, payload));
    return this;
  }

  Crate raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  Crate zeros(int count) {
    bytes.writeBytes(new byte[count]);
    return this;
  }

  private void add(ByteBuffer part) {
    byte[] copy = new byte[part.remaining()];
    part.get(copy);
    bytes.writeBytes(copy);
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  void in(Directory directory, String name) throws IOException {
    Golden.put(directory, "wal/" + name, bytes());
  }
}
