package dev.durability.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;

/** Builds the bytes of a file, frame by frame, valid or not. */
final class FrameFileBuilder {
  static final int SALT = 0x5a17ab1e;

  private final FrameEncoder encoder = new FrameEncoder();
  private ByteBuffer bytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

  FrameFileBuilder(FileType type) {
    bytes.put(new FileHeader(type, new UUID(1, 2), 0, 1, 3, 0, SALT).encode());
  }

  private ByteBuffer room(int count) {
    if (bytes.remaining() < count) {
      bytes =
          ByteBuffer.allocate(2 * bytes.capacity() + count)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put(bytes.flip());
    }
    return bytes;
  }

  FrameFileBuilder entry(long id, byte[] payload) {
    return frame(FrameKind.ENTRY, id, payload);
  }

  FrameFileBuilder part(long id, byte[] payload) {
    return frame(FrameKind.PART, id, payload);
  }

  private FrameFileBuilder frame(FrameKind kind, long id, byte[] payload) {
    room(FrameFormat.frameBytes(payload.length));
    encoder.entry(bytes, SALT, kind, id, payload, 0, payload.length);
    return this;
  }

  FrameFileBuilder mark(long nextId, long promised) {
    encoder.promise(room(32), SALT, FrameKind.MARK, nextId, promised, 7);
    return this;
  }

  FrameFileBuilder end(long nextId, long promised) {
    encoder.promise(room(32), SALT, FrameKind.END, nextId, promised, 9);
    return this;
  }

  FrameFileBuilder checkpoint(long id, long covered, String path) {
    encoder.checkpoint(
        room(64 + path.length()),
        SALT,
        id,
        covered,
        path.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return this;
  }

  FrameFileBuilder raw(byte[] some) {
    room(some.length).put(some);
    return this;
  }

  int size() {
    return bytes.position();
  }

  byte[] build() {
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
