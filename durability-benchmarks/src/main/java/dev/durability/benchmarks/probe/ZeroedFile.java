package dev.durability.benchmarks.probe;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is filled with zeros and synced: writing over them has no metadata to sync. */
final class ZeroedFile implements Closeable {
  private static final int CHUNK = 1 << 20;

  private final FileChannel channel;
  private final long bytes;
  private long position;

  ZeroedFile(Path path, long bytes) throws IOException {
    this.bytes = bytes;
    this.channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK);
    for (long at = 0; at < bytes; at += CHUNK) {
      zeros.clear();
      channel.write(zeros, at);
    }
    channel.force(true);
  }

  /**
   * Writes the buffer after what was written before; at the end of the file, from its start again.
   */
  void writeAndSync(ByteBuffer block) throws IOException {
    if (position + block.capacity() > bytes) {
      position = 0;
    }
    block.clear();
    while (block.hasRemaining()) {
      position += channel.write(block, position);
    }
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
