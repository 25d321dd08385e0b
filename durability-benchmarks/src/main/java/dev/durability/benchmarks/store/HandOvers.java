package dev.durability.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What threads that wait cost without a disk: each leaves a request and parks; one thread takes all
 * that are there and wakes who left them. Nothing that waits for a sync which another thread makes
 * can be faster on this machine.
 */
public final class HandOvers implements Store {
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private volatile boolean isAsleep;
  private volatile boolean isClosed;
  private @Nullable Thread server;

  /** A thread that waits. */
  private static final class Request {
    private final Thread thread = Thread.currentThread();
    private volatile boolean isDone;
  }

  @Override
  public String name() {
    return "bare hand-over to one thread and back, no disk";
  }

  @Override
  public String guarantee(Promise wanted) {
    return "none: nothing is written";
  }

  @Override
  public void open(Path directory, Promise wanted) {
    isClosed = false;
    server = new Thread(this::serve, "hand-over");
    server.start();
  }

  private void serve() {
    while (!isClosed) {
      Request request = requests.poll();
      if (request != null) {
        request.isDone = true;
        LockSupport.unpark(request.thread);
        continue;
      }
      isAsleep = true;
      if (requests.isEmpty() && !isClosed) {
        LockSupport.park(this);
      }
      isAsleep = false;
    }
  }

  @Override
  public void append(byte[] payload) {
    Request request = new Request();
    requests.add(request);
    if (isAsleep) {
      LockSupport.unpark(server);
    }
    while (!request.isDone) {
      LockSupport.park(this);
    }
  }

  @Override
  public void settle() {
    // Nothing is left behind: all requests are answered.
  }

  @Override
  public long replay() {
    throw new UnsupportedOperationException("nothing is written, so nobody reads it");
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
    Thread serving = Objects.requireNonNull(server, "opened");
    LockSupport.unpark(serving);
    try {
      serving.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the hand-over ended", e);
    }
  }
}
