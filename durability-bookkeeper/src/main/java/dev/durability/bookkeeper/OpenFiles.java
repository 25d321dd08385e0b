package dev.durability.bookkeeper;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.bookkeeper.client.api.ReadHandle;

/** The files, and the ledgers, that are open in one directory object. For any thread. */
final class OpenFiles {
  private final Session session;
  private final Ledgers client;
  private final Garbage garbage;
  private final Labels labels;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, OpenFile> files = new HashMap<>();
  private final ConcurrentHashMap<Long, LedgerBytes> ledgers = new ConcurrentHashMap<>();

  OpenFiles(Session session, Ledgers client, Garbage garbage, Labels labels) {
    this.session = session;
    this.client = client;
    this.garbage = garbage;
    this.labels = labels;
  }

  Session session() {
    return session;
  }

  Ledgers client() {
    return client;
  }

  Garbage garbage() {
    return garbage;
  }

  Labels labels() {
    return labels;
  }

  /** A file has another path; ledgers that it gets from now on say so. */
  void renamed(String id, String to) {
    lock.lock();
    try {
      OpenFile known = files.get(id);
      if (known != null) {
        known.renamed(to);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Opens a file by its inode. Whoever opened it has to {@link #close} it. */
  OpenFile open(String id, String path) throws IOException {
    lock.lock();
    try {
      OpenFile known = files.get(id);
      if (known != null) {
        known.users++;
        return known;
      }
    } finally {
      lock.unlock();
    }
    String node = session.paths().inode(id);
    Keeper.Node found = session.read(node, null);
    if (found == null) {
      throw new NoSuchFileException(path, null, "it was deleted meanwhile");
    }
    return opened(id, path, Inode.decode(found.data(), node), found.version());
  }

  /** The same, of a file that was just created. */
  OpenFile opened(String id, String path, Inode inode, int version) {
    lock.lock();
    try {
      OpenFile file =
          files.computeIfAbsent(id, any -> new OpenFile(this, id, path, inode, version));
      file.users++;
      return file;
    } finally {
      lock.unlock();
    }
  }

  void close(OpenFile file) {
    lock.lock();
    try {
      file.users--;
      if (file.users > 0) {
        return;
      }
      files.remove(file.id());
    } finally {
      lock.unlock();
    }
    for (Layer layer : file.layers().all()) {
      forget(layer.ledger());
    }
  }

  /** The bytes of a ledger. */
  LedgerBytes ledger(long ledger, String path) throws IOException {
    LedgerBytes known = ledgers.get(ledger);
    if (known != null) {
      return known;
    }
    ReadHandle handle = client.open(ledger, path);
    LedgerBytes found =
        new FoundLedger(handle, path, client.bookies(), client.outstandingBytesMax());
    LedgerBytes other = ledgers.putIfAbsent(ledger, found);
    if (other != null) {
      found.close();
      return other;
    }
    return found;
  }

  /** A ledger is written here from now on, until it is forgotten. */
  void written(WrittenLedger ledger) {
    ledgers.put(ledger.id(), ledger);
  }

  /** Whoever reads a ledger next opens it. */
  void forget(long ledger) {
    LedgerBytes known = ledgers.remove(ledger);
    if (known != null && !(known instanceof WrittenLedger)) {
      known.close();
    }
  }
}
