package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Knows which files are open for reading, and how much was read. */
public final class WatchedReads extends ForwardingDirectory {
  private final List<Watched> open = new CopyOnWriteArrayList<>();
  private final AtomicLong bytesRead = new AtomicLong();

  public WatchedReads(Directory under) {
    super(under);
  }

  /** The paths under which the files that are open were opened, sorted. */
  public List<String> open() {
    List<String> paths = new ArrayList<>();
    open.forEach(file -> paths.add(file.path));
    paths.sort(null);
    return paths;
  }

  /** How many bytes were read since this was asked last. */
  public long bytesRead() {
    return bytesRead.getAndSet(0);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    Watched file = new Watched(path, super.open(path));
    open.add(file);
    return file;
  }

  private final class Watched implements ReadFile {
    private final String path;
    private final ReadFile under;

    Watched(String path, ReadFile under) {
      this.path = path;
      this.under = under;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int count = under.read(target, position);
      bytesRead.addAndGet(Math.max(0, count));
      return count;
    }

    @Override
    public long size() throws IOException {
      return under.size();
    }

    @Override
    public void close() throws IOException {
      open.remove(this);
      under.close();
    }
  }
}
