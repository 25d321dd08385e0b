package dev.durability.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One open file, or directory, that an interrupt cannot close.
 *
 * <p>A {@code FileChannel} closes itself when a thread that uses it is interrupted, and a log with
 * it. An {@link AsynchronousFileChannel} does not. Here its tasks run on the calling thread, so it
 * works like a plain positional read or write: no thread, no queue.
 *
 * <p>Any number of threads may use it. An interrupt has no effect; the flag stays set. (Results are
 * taken through futures, because running a completion handler would clear the flag.)
 */
final class UninterruptibleFile implements Closeable {
  static final boolean WINDOWS =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");

  /**
   * The JDK copies a heap buffer into a direct one that it keeps per thread. This limits what it
   * keeps.
   */
  private static final int HEAP_BYTES_MAX = 1 << 20;

  private static final ExecutorService INLINE = new InlineExecutor();

  private volatile Path path;
  private final AsynchronousFileChannel channel;

  private UninterruptibleFile(Path path, AsynchronousFileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens a file.
   *
   * @param path where it is
   * @param options how to open it
   * @param attributes its attributes if it is created
   * @return the open file
   * @throws IOException as {@link AsynchronousFileChannel#open} does
   */
  static UninterruptibleFile open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    // On Windows the channel is truly asynchronous and needs threads of its own.
    @Nullable ExecutorService executor = WINDOWS ? null : INLINE;
    AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(path, options, executor, attributes);
    try {
      return new UninterruptibleFile(path, channel);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /** Its name, for messages. */
  Path path() {
    return path;
  }

  /** It has another name now. */
  void renamed(Path to) {
    path = to;
  }

  /** As {@link ReadFile#read}. */
  int read(ByteBuffer target, long position) throws IOException {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("cannot read " + path + " into a read-only buffer");
    }
    if (position < 0) {
      throw new IllegalArgumentException("cannot read " + path + " at offset " + position);
    }
    if (!target.hasRemaining()) {
      return position < size() ? 0 : -1;
    }
    ByteBuffer view = bounded(target.duplicate());
    int read;
    try {
      read = await(channel.read(view, position));
    } catch (IOException e) {
      throw failed("read " + view.remaining() + " bytes at offset " + position + " of", e);
    }
    if (read > 0) {
      target.position(target.position() + read);
    }
    return read;
  }

  /**
   * Writes all remaining bytes of the source, and only then advances it.
   *
   * @throws IOException if that fails: any part of the bytes may have been written
   */
  void write(ByteBuffer source, long position) throws IOException {
    int start = source.position();
    int end = source.limit();
    try {
      while (source.position() < end) {
        source.limit(end);
        bounded(source);
        writeSome(source, position + source.position() - start);
      }
    } catch (IOException | RuntimeException | Error e) {
      source.limit(end).position(start);
      throw e;
    }
  }

  private void writeSome(ByteBuffer source, long position) throws IOException {
    int bytes = source.remaining();
    try {
      if (await(channel.write(source, position)) <= 0) {
        throw new IOException("the system wrote nothing and gave no reason");
      }
    } catch (IOException e) {
      throw failed("write " + bytes + " bytes at offset " + position + " of", e);
    }
  }

  /** Makes the bytes and the size durable. */
  void forceData() throws IOException {
    force(false);
  }

  /** Makes the bytes, the size and all other metadata of the file durable. */
  void forceAll() throws IOException {
    force(true);
  }

  private void force(boolean metadata) throws IOException {
    try {
      channel.force(metadata);
    } catch (IOException e) {
      throw failed("sync", e);
    }
  }

  /** Cuts the file, which must be at least that long, to a size. */
  void truncate(long size) throws IOException {
    try {
      long actual = channel.size();
      if (actual < size) {
        throw new IOException("it has only " + actual + " bytes");
      }
      channel.truncate(size);
    } catch (IOException e) {
      throw failed("cut to " + size + " bytes the file", e);
    }
  }

  long size() throws IOException {
    try {
      return channel.size();
    } catch (IOException e) {
      throw failed("get the size of", e);
    }
  }

  /** {@return the exclusive lock of the file, or null if another process holds it} */
  @Nullable FileLock tryLock() throws IOException {
    return channel.tryLock();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Waits despite interrupts. On all platforms but Windows the future is already complete. */
  private static int await(Future<Integer> future) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static ByteBuffer bounded(ByteBuffer view) {
    if (!view.isDirect() && view.remaining() > HEAP_BYTES_MAX) {
      view.limit(view.position() + HEAP_BYTES_MAX);
    }
    return view;
  }

  private IOException failed(String what, IOException cause) {
    String why = cause instanceof ClosedChannelException ? "it is closed" : cause.getMessage();
    return new IOException("cannot " + what + " " + path + ": " + why, cause);
  }

  /** Runs each task at once on the thread that submits it. It has no threads to shut down. */
  private static final class InlineExecutor extends AbstractExecutorService {
    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }
}
