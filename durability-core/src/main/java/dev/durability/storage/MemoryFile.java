package dev.durability.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The content of a file in memory, in chunks. Safe for many threads; each call is atomic. */
final class MemoryFile {
  private static final int CHUNK = 64 << 10;

  /** Stands for each chunk that was never written; replaced by a copy before a write. */
  private static final byte[] ZEROS = new byte[CHUNK];

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final List<byte[]> chunks = new ArrayList<>();
  private long size;

  /** Makes the file at least this long, with zeros. */
  void reserve(long bytes) {
    lock.writeLock().lock();
    try {
      grow(bytes);
    } finally {
      lock.writeLock().unlock();
    }
  }

  void write(ByteBuffer source, long position) {
    lock.writeLock().lock();
    try {
      grow(position + source.remaining());
      long at = position;
      while (source.hasRemaining()) {
        int index = (int) (at / CHUNK);
        byte[] chunk = chunks.get(index);
        if (chunk == ZEROS) {
          chunk = new byte[CHUNK];
          chunks.set(index, chunk);
        }
        int offset = (int) (at % CHUNK);
        int bytes = Math.min(source.remaining(), CHUNK - offset);
        source.get(chunk, offset, bytes);
        at += bytes;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  int read(ByteBuffer target, long position) {
    lock.readLock().lock();
    try {
      if (position >= size) {
        return -1;
      }
      int total = (int) Math.min(target.remaining(), size - position);
      int done = 0;
      while (done < total) {
        long at = position + done;
        int offset = (int) (at % CHUNK);
        int bytes = Math.min(total - done, CHUNK - offset);
        target.put(chunks.get((int) (at / CHUNK)), offset, bytes);
        done += bytes;
      }
      return total;
    } finally {
      lock.readLock().unlock();
    }
  }

  void truncate(long bytes) {
    lock.writeLock().lock();
    try {
      int kept = Math.toIntExact((bytes + CHUNK - 1) / CHUNK);
      chunks.subList(kept, chunks.size()).clear();
      int inLast = (int) (bytes % CHUNK);
      if (inLast != 0 && chunks.get(kept - 1) != ZEROS) {
        Arrays.fill(chunks.get(kept - 1), inLast, CHUNK, (byte) 0);
      }
      size = bytes;
    } finally {
      lock.writeLock().unlock();
    }
  }

  long size() {
    lock.readLock().lock();
    try {
      return size;
    } finally {
      lock.readLock().unlock();
    }
  }

  private void grow(long bytes) {
    if (bytes <= size) {
      return;
    }
    int needed = Math.toIntExact((bytes + CHUNK - 1) / CHUNK);
    while (chunks.size() < needed) {
      chunks.add(ZEROS);
    }
    size = bytes;
  }
}
