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
   * returns, other readers see the bytes and they survive the death of the process, but not the
   * loss of power.
   *
   * @param source what to write, from its position to its limit; heap or direct
   * @throws IOException if that fails, for example because the disk is full: any part of the bytes
   *     may have been written. {@link #position()} and the source are unchanged. The caller must
   *     truncate to the position before it writes again
   */
  void write(ByteBuffer source) throws IOException;

  /**
   * Makes all bytes that were written, and the size, durable.
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
   * Closes the file without syncing it. Closing again does nothing; writing, syncing or cutting
   * afterwards is an {@link IOException}. The position can still be read.
   *
   * @throws IOException if the storage reports a late failure of an earlier write
   */
  @Override
  void close() throws IOException;
}
