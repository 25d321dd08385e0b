package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file of an {@link FsDirectory}, open for appending. */
final class FsAppendFile implements AppendFile {
  private static final int ZEROS_BYTES = 256 << 10;

  /**
   * One buffer for all files, because only a garbage collection would free such memory. Its
   * position never moves.
   */
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ZEROS_BYTES).asReadOnlyBuffer();

  private final UninterruptibleFile file;
  private final OpenFiles open;
  private long position;
  private boolean metadataChanged;

  FsAppendFile(UninterruptibleFile file, OpenFiles open, long position) {
    this.file = file;
    this.open = open;
    this.position = position;
  }

  /**
   * Writes zeros and syncs them, so that later syncs write data but no metadata.
   *
   * @param bytes how many
   * @throws IOException if that fails; any part may have been written
   */
  void reserve(long bytes) throws IOException {
    for (long at = 0; at < bytes; ) {
      int piece = (int) Math.min(ZEROS_BYTES, bytes - at);
      file.write(ZEROS.duplicate().limit(piece), at);
      at += piece;
    }
    file.forceAll();
  }

  /** Metadata of the file changed: the next sync makes it durable, too. */
  void metadataChanged() {
    metadataChanged = true;
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    int bytes = source.remaining();
    file.write(source, position);
    position += bytes;
  }

  @Override
  public void sync() throws IOException {
    if (metadataChanged) {
      // POSIX demands of fdatasync only what is needed to read the data back. That includes a
      // larger size. Nothing promises a smaller one. Permissions are not included.
      file.forceAll();
      metadataChanged = false;
    } else {
      file.forceData();
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    if (size < 0 || size > position) {
      throw new IllegalArgumentException(
          "cannot cut to " + size + " bytes: the file is written up to offset " + position);
    }
    metadataChanged = true;
    file.truncate(size);
    position = size;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    try {
      open.closed(file);
    } finally {
      file.close();
    }
  }
}
