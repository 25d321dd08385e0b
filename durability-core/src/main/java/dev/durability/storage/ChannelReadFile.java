package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file of a file system without asynchronous channels, such as an archive, open for reading.
 * Readers take turns. If an interrupt closes the channel, it is opened again.
 */
final class ChannelReadFile implements ReadFile {
  private final ReentrantLock lock = new ReentrantLock();
  private final Path path;
  private SeekableByteChannel channel;
  private boolean closed;

  private ChannelReadFile(Path path) throws IOException {
    this.path = path;
    this.channel = Files.newByteChannel(path, StandardOpenOption.READ);
  }

  static ChannelReadFile open(Path path) throws IOException {
    return undisturbed(() -> new ChannelReadFile(path));
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("cannot read " + path + " into a read-only buffer");
    }
    if (position < 0) {
      throw new IllegalArgumentException("cannot read " + path + " at offset " + position);
    }
    if (!target.hasRemaining()) {
      return position < size() ? 0 : -1;
    }
    int count =
        inTurn(
            () -> {
              // An interrupted read may already have moved its buffer.
              ByteBuffer view = target.duplicate();
              return position < channel.size() ? channel.position(position).read(view) : -1;
            });
    if (count > 0) {
      target.position(target.position() + count);
    }
    return count;
  }

  @Override
  public long size() throws IOException {
    return inTurn(() -> channel.size());
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      channel.close();
    } finally {
      lock.unlock();
    }
  }

  private <T> T inTurn(Call<T> call) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException(
            "cannot read " + path + ": it is closed", new ClosedChannelException());
      }
      return undisturbed(
          () -> {
            if (!channel.isOpen()) {
              channel = Files.newByteChannel(path, StandardOpenOption.READ);
            }
            return call.run();
          });
    } finally {
      lock.unlock();
    }
  }

  /** Repeats the call as long as interrupts break it off, and keeps the interrupt flag. */
  static <T> T undisturbed(Call<T> call) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return call.run();
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  interface Call<T> {
    T run() throws IOException;
  }
}
