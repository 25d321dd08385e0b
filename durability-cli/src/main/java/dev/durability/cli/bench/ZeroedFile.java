package dev.durability.cli.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is full of zeros and synced: writing over it changes no metadata, so that a sync
 * writes the data and nothing else. At the end, writing begins at the start again.
 */
final class ZeroedFile implements Closeable {
  private static final int CHUNK_BYTES = 1 << 20;

  private final FileChannel channel;
  private final long bytes;
  private long position;

  ZeroedFile(Path path, long bytes) throws IOException {
    this.bytes = bytes;
    this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_BYTES);
    for (long at = 0; at < bytes; at += CHUNK_BYTES) {
      write(zeros);
    }
    channel.force(true);
    position = 0;
  }

  /** Writes all of the buffer. */
  void write(ByteBuffer block) throws IOException {
    block.clear();
    if (position + block.remaining() > bytes) {
      position = 0;
    }
    while (block.hasRemaining()) {
      position += channel.write(block, position);
    }
  }

  /** fdatasync. */
  void sync() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
