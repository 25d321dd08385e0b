package dev.durability.testkit;

import dev.durability.storage.AppendFile;
import dev.durability.storage.ReadFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What is held back of one file of a {@link BufferingDirectory}: the last bytes of one writer. */
final class HeldBack {
  private final ReentrantLock lock = new ReentrantLock();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Where the bytes go. */
  private @Nullable AppendFile writer;

  AppendFile appending(AppendFile file) {
    return new Appending(file);
  }

  ReadFile reading(ReadFile file) {
    return new Reading(file);
  }

  /** Gives the bytes to the directory beneath. What fails is lost. */
  void flush() throws IOException {
    lock.lock();
    try {
      byte[] flushed = bytes.toByteArray();
      bytes.reset();
      AppendFile target = writer;
      if (target != null && flushed.length > 0) {
        target.write(ByteBuffer.wrap(flushed));
      }
    } finally {
      lock.unlock();
    }
  }

  private final class Appending implements AppendFile {
    private final AppendFile file;
    private boolean closed;

    Appending(AppendFile file) {
      this.file = file;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      lock.lock();
      try {
        if (closed) {
          file.write(source); // Refused.
        }
        if (writer != file) {
          HeldBack.this.flush();
          writer = file;
        }
        byte[] copy = new byte[source.remaining()];
        source.get(copy);
        bytes.writeBytes(copy);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void flush() throws IOException {
      HeldBack.this.flush();
      file.flush();
    }

    @Override
    public void sync() throws IOException {
      HeldBack.this.flush();
      file.sync();
    }

    @Override
    public void truncate(long size) throws IOException {
      lock.lock();
      try {
        HeldBack.this.flush();
        file.truncate(size);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long position() {
      lock.lock();
      try {
        return file.position() + (writer == file ? bytes.size() : 0);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() throws IOException {
      lock.lock();
      try (file) {
        if (!closed && writer == file) {
          HeldBack.this.flush();
          writer = null;
        }
        closed = true;
      } finally {
        lock.unlock();
      }
    }
  }

  private final class Reading implements ReadFile {
    private final ReadFile file;

    Reading(ReadFile file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      lock.lock();
      try {
        AppendFile holder = writer;
        long start = holder == null || bytes.size() == 0 ? Long.MAX_VALUE : holder.position();
        if (target.isReadOnly() || position < start || position - start >= bytes.size()) {
          return readBeneath(target, position, position < start ? start : Long.MAX_VALUE);
        }
        int unused = file.read(ByteBuffer.allocate(0), position); // Refused if it is closed.
        int from = (int) (position - start);
        int count = Math.min(target.remaining(), bytes.size() - from);
        target.put(bytes.toByteArray(), from, count);
        return count;
      } finally {
        lock.unlock();
      }
    }

    private int readBeneath(ByteBuffer target, long position, long end) throws IOException {
      int count = (int) Math.min(target.remaining(), Math.max(0, end - position));
      ByteBuffer part = target.slice(target.position(), count);
      int read = file.read(part, position);
      target.position(target.position() + part.position());
      return read;
    }

    @Override
    public long size() throws IOException {
      lock.lock();
      try {
        long held = writer == null ? 0 : writer.position() + bytes.size();
        return Math.max(file.size(), held);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
