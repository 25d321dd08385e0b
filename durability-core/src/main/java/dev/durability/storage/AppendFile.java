package dev.durability.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file that grows at its end. One thread at a time may use it. Interrupting that thread has no
 * effect on a call.
 */
public interface AppendFile extends Closeable {

  /**
   * Writes all remaining bytes of the source at the current position and advances it. When this
   * returns, whoever reads the file through the same {@link Directory} object sees the bytes. After
   * {@link #flush} or {@link #sync}, all readers do. The source may be changed afterwards.
   *
   * @param source what to write, from its position to its limit; heap or direct
   * @throws IOException if that fails, for example because the disk is full: any part of the bytes
   *     may have been written. {@link #position()} and the source are unchanged. The caller must
   *     truncate to the position before it writes again
   */
  void write(ByteBuffer source) throws IOException;

  /**
   * Makes all bytes that were written visible to all readers, so that they survive the death of the
   * process, but not the loss of power.
   *
   * <p>The default does nothing, which is right if a write does all of that, as on a disk. A
   * storage to which each write is a journey starts it in {@link #write}, and waits for its end
   * here.
   *
   * @throws IOException if that fails: it is then unknown which of the bytes since the last flush
   *     were written, and calling again proves nothing
   */
  default void flush() throws IOException {}

  /**
   * Makes all bytes that were written, and the size, durable. This includes what {@link #flush}
   * does.
   *
   * @throws IOException if that fails: it is then unknown what is durable. Calling again proves
   *     nothing, because the storage may have dropped what it could not write
   */
  void sync() throws IOException;

  /**
   * Cuts the file, and any room reserved after it, so that its size is exactly this many bytes. The
   * position becomes the size. The cut is durable after {@link #sync()}. A shorter file is an
   * error, and is never filled up.
   *
   * @param size the new size in bytes, at most the current position
   * @throws IOException if that fails or the storage cannot do this: the size is then unknown
   */
  void truncate(long size) throws IOException;

  /** {@return the offset of the next write, in bytes} */
  long position();

  /**
   * Closes the file without syncing it; what was written is flushed. Closing again does nothing;
   * writing, flushing, syncing or cutting afterwards is an {@link IOException}, unless it has
   * nothing to do. The position can still be read.
   *
   * @throws IOException if the storage reports a late failure of an earlier write
   */
  @Override
  void close() throws IOException;
}
