package dev.durability.frame;

import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A segment that its writer has ended, with all of its bytes mapped into memory. Its writer has
 * also cut what it had reserved: a page of a mapping that is gone would kill the process.
 */
public final class MappedFile implements ReadFile {
  private static final int TAIL_BYTES = FrameFormat.PROMISE_FRAME_BYTES;

  private final ReadFile file;
  private final ByteBuffer bytes;

  private MappedFile(ReadFile file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /**
   * Adds the mapping of a segment, if it has ended.
   *
   * @param file the segment
   * @param mapping the bytes that a file of its name has
   * @param header its header
   * @return the file, mapped if its last bytes are its END and the mapping is of the same file
   * @throws IOException if it cannot be read
   */
  public static ReadFile ofEnded(ReadFile file, ByteBuffer mapping, FileHeader header)
      throws IOException {
    ByteBuffer bytes = mapping.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return file.size() == bytes.capacity()
            && endsWithEnd(file, bytes.capacity(), header.salt())
            && header.encode().equals(bytes.slice(0, FileHeader.BYTES))
        ? new MappedFile(file, bytes)
        : file;
  }

  private static boolean endsWithEnd(ReadFile file, long size, int salt) throws IOException {
    FrameReader reader = new FrameReader(file, TAIL_BYTES, FileType.SEGMENT, salt);
    try {
      return size >= FileHeader.BYTES + TAIL_BYTES
          && reader.read(size - TAIL_BYTES, 0, FrameFormat.PROMISE_PAYLOAD_BYTES)
          && reader.kind() == FrameKind.END;
    } finally {
      reader.window().close();
    }
  }

  /** All of it, read-only and little-endian. */
  ByteBuffer bytes() {
    return bytes;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return file.read(target, position);
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
