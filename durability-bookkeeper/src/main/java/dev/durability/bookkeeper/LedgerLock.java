package dev.durability.bookkeeper;

import dev.durability.errors.LockLostException;
import dev.durability.storage.DirectoryLock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;

/**
 * A lock that was taken: the version of its node in ZooKeeper was raised, and whoever raises it
 * again has it.
 */
final class LedgerLock implements DirectoryLock, Session.Guard {
  private static final String CLOSED = "it was closed";

  private final Locks locks;
  private final Session session;
  private final String path;
  private final String node;
  private final int version;

  /** Why it is no longer held, null while it is. */
  private final AtomicReference<@Nullable String> lost = new AtomicReference<>();

  LedgerLock(Locks locks, Session session, String path, int version) {
    this.locks = locks;
    this.session = session;
    this.path = path;
    this.node = session.paths().lock(path);
    this.version = version;
  }

  String path() {
    return path;
  }

  int version() {
    return version;
  }

  @Override
  public boolean isHeld() {
    return lost.get() == null;
  }

  @Override
  public void requireHeld() throws LockLostException {
    String why = lost.get();
    if (why != null) {
      throw new LockLostException(
          "the lock "
              + path
              + " is no longer held: "
              + why
              + ". Another writer may be at work; close this writer and open the log again");
    }
  }

  @Override
  public Op check() {
    return Op.check(node, version);
  }

  @Override
  public void lost(String why) {
    lost.compareAndSet(null, why);
  }

  /** If it was lost, there is nothing to give up in ZooKeeper. */
  @Override
  public void close() throws IOException {
    if (CLOSED.equals(lost.get())) {
      return;
    }
    try {
      if (isHeld()) {
        boolean unused =
            session.transaction(
                "giving up the lock " + path, List.of(Op.delete(node + ZkPaths.HELD, -1)));
      }
    } catch (LockLostException gone) {
      return; // So it is given up.
    } finally {
      lost.set(CLOSED);
      session.remove(this);
      locks.closed(this);
    }
  }
}
