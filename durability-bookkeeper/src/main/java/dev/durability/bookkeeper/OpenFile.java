package dev.durability.bookkeeper;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;

/**
 * A file that is open here, once or several times. It keeps its inode: that its name changes, or
 * goes, makes no difference. For any thread.
 */
final class OpenFile {
  private final OpenFiles files;
  private final String id;
  private volatile String path;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Known known;

  /** What is known of the inode, and which version of its node said so. */
  private record Known(Inode inode, int version) {}

  /** How many have it open; guarded by the lock of {@link OpenFiles}. */
  int users;

  OpenFile(OpenFiles files, String id, String path, Inode inode, int version) {
    this.files = files;
    this.id = id;
    this.path = path;
    this.known = new Known(inode, version);
  }

  String id() {
    return id;
  }

  /** Its path, as far as it is known here. */
  String path() {
    return path;
  }

  void renamed(String to) {
    path = to;
  }

  Layers layers() {
    return known.inode().layers();
  }

  private long length(Layer layer, long enough) throws IOException {
    // What a ledger has beyond its limit is nobody's, and whether it is there may be unknown.
    long most = layer.limit() - layer.start();
    return files.ledger(layer.ledger(), path).length(Math.min(enough, most));
  }

  /** How many bytes it has now. */
  long size() throws IOException {
    refresh();
    return layers().size(this::length);
  }

  /**
   * As of {@link dev.durability.storage.ReadFile#read}; returns what was read, for the next call.
   */
  @Nullable Window read(ByteBuffer target, long position, @Nullable Window before)
      throws IOException {
    while (true) {
      Layers.Place place = layers().find(position, this::length);
      if (place == null) {
        refresh(); // Somebody elsewhere may have given it another ledger.
        place = layers().find(position, this::length);
      }
      if (place == null) {
        return null;
      }
      Window window = window(place, target.remaining(), before);
      if (window != null) {
        int from = (int) (place.offset() - window.start());
        int count = (int) Math.min(place.bytes(), window.bytes().length - from);
        target.put(window.bytes(), from, Math.min(count, target.remaining()));
        return window;
      }
      // Its writer, here, went on in another ledger meanwhile, which the layers name by now.
    }
  }

  private @Nullable Window window(Layers.Place place, int wanted, @Nullable Window before)
      throws IOException {
    long ledger = place.layer().ledger();
    if (before != null && before.has(ledger, place.offset())) {
      return before;
    }
    Window last = before != null && before.ledger() == ledger ? before : null;
    return files.ledger(ledger, path).read(place.offset(), wanted, last);
  }

  /** Looks at what others may have changed. */
  void refresh() throws IOException {
    Keeper.Node node = files.session().read(files.session().paths().inode(id), null);
    if (node == null) {
      throw new NoSuchFileException(path, null, "it was deleted too long ago to be still read");
    }
    know(Inode.decode(node.data(), files.session().paths().inode(id)), node.version());
  }

  private void know(Inode inode, int version) {
    lock.lock();
    try {
      if (known.version() < version) {
        known = new Known(inode, version);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Changes the layers, whatever others do meanwhile.
   *
   * @param generation as of {@link Session#generation}, or -1
   */
  void change(String what, int generation, UnaryOperator<Layers> change) throws IOException {
    while (true) {
      Known now = known;
      Inode before = now.inode();
      Inode after = before.with(change.apply(before.layers()));
      List<Op> operations = new ArrayList<>();
      operations.add(Op.setData(files.session().paths().inode(id), after.encode(), now.version()));
      List<Long> unused = before.layers().ledgersWithout(after.layers());
      if (!unused.isEmpty()) {
        operations.add(files.garbage().ledgers(unused));
      }
      if (files.session().transaction(what + " " + path, operations, generation)) {
        know(after, now.version() + 1);
        files.labels().cutOff(unused);
        return;
      }
      refresh();
    }
  }
}
