package dev.durability.bookkeeper;

import dev.durability.errors.LockHeldException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;

/**
 * Takes locks. A lock is the version of a node: a transaction that demands an older one fails. Who
 * takes the lock raises it, and then closes the ledgers that former holders were writing.
 */
final class Locks {
  private final Session session;
  private final Names names;
  private final Ledgers ledgers;
  private final OpenFiles files;
  private final BookKeeperOptions options;
  private final Clock clock;
  private final Consumer<String> warnings;

  /** The locks that are held here, or being taken: those have no value. */
  private final Map<String, Optional<LedgerLock>> held = new ConcurrentHashMap<>();

  Locks(
      Session session,
      Names names,
      OpenFiles files,
      BookKeeperOptions options,
      Clock clock,
      Consumer<String> warnings) {
    this.session = session;
    this.names = names;
    this.ledgers = files.client();
    this.files = files;
    this.options = options;
    this.clock = clock;
    this.warnings = warnings;
  }

  /** The paths of the locks that are held here. */
  List<String> heldPaths() {
    return held.values().stream().flatMap(Optional::stream).map(LedgerLock::path).toList();
  }

  /** How often the locks that are held here have been taken, in all. */
  long epoch() {
    return held.values().stream()
        .flatMap(Optional::stream)
        .mapToLong(lock -> lock.version() + 1L)
        .sum();
  }

  /** Throws if the file is a lock that is held here. */
  void refuseIfHeld(String path) throws LockHeldException {
    if (held.containsKey(path)) {
      throw new LockHeldException(path + " is held as a lock in this process; close that first");
    }
  }

  void closed(LedgerLock lock) {
    held.remove(lock.path(), Optional.of(lock));
  }

  LedgerLock take(String path) throws IOException {
    if (held.putIfAbsent(path, Optional.empty()) != null) {
      throw new LockHeldException(path + " is held in this process already: close that, or use it");
    }
    LedgerLock taken = null;
    try {
      taken = raise(path);
      held.put(path, Optional.of(taken));
      session.add(taken);
      watch(taken);
      fence(path);
      return taken;
    } catch (Throwable e) {
      if (taken != null) {
        try {
          taken.close();
        } catch (IOException second) {
          e.addSuppressed(second);
        }
      } else {
        held.remove(path);
      }
      throw e;
    }
  }

  /** Makes the lock ours. */
  private LedgerLock raise(String path) throws IOException {
    String node = session.paths().lock(path);
    HolderText self =
        HolderText.ofThisProcess(session.name(), options.sessionTimeout(), clock.instant());
    while (true) {
      Keeper.Node lock = session.read(node, null);
      Keeper.Node holder = session.read(node + ZkPaths.HELD, null);
      if (holder != null && options.takeOver() == TakeOver.AFTER_SESSION) {
        HolderText other = HolderText.decode(holder.data());
        if (!other.client().equals(session.name())) { // Not of a session that ended here.
          awaitEnd(path, other);
          holder = null;
        }
      }
      List<Op> operations = new ArrayList<>();
      if (lock == null) {
        operations.add(Names.create(node, self.encode()));
      } else {
        operations.add(Op.setData(node, self.encode(), lock.version()));
      }
      if (holder != null) {
        operations.add(Op.delete(node + ZkPaths.HELD, -1));
      }
      operations.add(
          Op.create(node + ZkPaths.HELD, self.encode(), Session.ACLS, CreateMode.EPHEMERAL));
      if (names.find(path, "lock") == null) {
        names.requireParent(path);
        operations.addAll(names.creation(path, Session.randomId(), new Inode(path, Layers.NONE)));
      }
      if (session.transaction("taking the lock " + path, operations)) {
        return new LedgerLock(this, session, path, lock == null ? 0 : lock.version() + 1);
      }
    }
  }

  /** Waits for the session of a holder to end; one that is alive keeps it. */
  private void awaitEnd(String path, HolderText holder) throws IOException {
    boolean isHere = holder.process().equals(HolderText.THIS_PROCESS);
    long millis = Math.max(holder.sessionTimeout().toMillis(), 100) * 3 / 2;
    long end = System.nanoTime() + Duration.ofMillis(isHere ? 0 : millis).toNanos();
    String node = session.paths().lock(path) + ZkPaths.HELD;
    while (true) {
      CompletableFuture<Boolean> changed = new CompletableFuture<>();
      if (session.read(node, event -> changed.complete(true)) == null) {
        return;
      }
      long left = end - System.nanoTime();
      if (left <= 0 || (!Awaiting.end(changed, left) && session.read(node, null) != null)) {
        throw new LockHeldException(
            path
                + " is held by "
                + holder.words()
                + (isHere ? ", in another directory object of this process" : ", which is alive")
                + ". Stop it, or take the lock over at once: see TakeOver");
      }
    }
  }

  /** Notes when another process takes the lock: its node is gone then, or another one's. */
  private void watch(LedgerLock lock) throws IOException {
    String node = session.paths().lock(lock.path()) + ZkPaths.HELD;
    Keeper.Node held = session.read(node, event -> changed(lock));
    if (held == null || held.owner() != session.sessionId()) {
      lock.lost("another process has taken it");
    }
  }

  /** Runs on ZooKeeper's thread, which must not wait: so another one looks what happened. */
  private void changed(LedgerLock lock) {
    if (!lock.isHeld()) {
      return;
    }
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(
            () -> {
              try {
                watch(lock);
              } catch (IOException e) {
                return; // The session ends, or the next transaction finds out.
              }
            });
  }

  /** Closes what former holders were writing: nothing can be added to it from then on. */
  private void fence(String path) throws IOException {
    List<String> ids = session.children(session.paths().of(ZkPaths.INODES));
    if (ids == null) {
      throw new FileSystemException(path, null, "the root was deleted from ZooKeeper meanwhile");
    }
    List<String> nodes = ids.stream().map(session.paths()::inode).toList();
    List<Keeper.@Nullable Node> found = session.readAll(nodes);
    List<Long> open = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Keeper.Node node = found.get(i);
      if (node == null) {
        continue;
      }
      for (Layer layer : Inode.decode(node.data(), nodes.get(i)).layers().all()) {
        if (layer.locks().contains(path)) {
          open.add(layer.ledger());
        }
      }
    }
    ledgers.fence(open, Patience.MAX.toNanos(), warnings);
    // Whoever read one while it was open may have seen more than is in it now.
    open.forEach(files::forget);
  }
}
