package dev.durability.bookkeeper;

import dev.durability.storage.AppendFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A file that is written: by one thread at a time, into a ledger that is made when needed. */
final class LedgerAppendFile implements AppendFile {
  private final OpenFiles files;
  private final OpenFile file;
  private final BookKeeperOptions options;
  private final Supplier<List<String>> locks;
  private @Nullable WrittenLedger ledger;
  private @Nullable IOException failure;
  private volatile long position;
  private volatile boolean closed;

  /**
   * Opens a file.
   *
   * @param position where writing goes on
   * @param locks the paths of the locks that are held
   */
  LedgerAppendFile(
      OpenFiles files,
      OpenFile file,
      BookKeeperOptions options,
      long position,
      Supplier<List<String>> locks) {
    this.files = files;
    this.file = file;
    this.options = options;
    this.position = position;
    this.locks = locks;
  }

  /** Makes the ledger that the next bytes go to, so that writing need not. */
  WrittenLedger prepare() throws IOException {
    WrittenLedger present = ledger;
    if (present != null) {
      return present;
    }
    List<String> held = locks.get();
    int generation = files.session().generation();
    LedgerTags tags =
        new LedgerTags(
            options.root(),
            file.id(),
            file.path(),
            position,
            files.session().name(),
            String.join(",", held));
    WrittenLedger made =
        new WrittenLedger(files.client().create(tags), file.path(), options.outstandingBytesMax());
    try {
      // Before anything is written: a ledger that no file has is swept.
      Layer layer = new Layer(made.id(), position, Long.MAX_VALUE, held);
      file.change("writing", generation, layers -> layers.with(layer));
    } catch (IOException e) {
      made.close();
      throw e; // If the change did not take place, the ledger is an orphan, and is swept.
    }
    files.written(made);
    ledger = made;
    return made;
  }

  @Override
  public void write(ByteBuffer source) throws IOException {
    requireUsable("write to");
    if (!source.hasRemaining()) {
      return;
    }
    long start = position;
    ByteBuffer rest = source.duplicate();
    try {
      prepare().append(rest);
    } catch (IOException e) {
      throw failed(e);
    }
    position = start + source.remaining();
    source.position(source.limit());
  }

  @Override
  public void flush() throws IOException {
    requireUsable("flush");
    try {
      if (ledger != null) {
        ledger.awaitConfirmed();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Bookies confirm what is on their disks. */
  @Override
  public void sync() throws IOException {
    flush();
  }

  @Override
  public void truncate(long size) throws IOException {
    if (size < 0 || size > position) {
      throw new IllegalArgumentException(
          "cannot cut " + file.path() + " to " + size + " bytes, the position is " + position);
    }
    requireUsable("cut");
    long now = file.size();
    if (now < size) {
      throw new IOException(
          "cannot cut " + file.path() + " to " + size + " bytes: it has only " + now);
    }
    try {
      if (now > size) {
        endLedger();
        file.change("cutting", -1, layers -> layers.cutTo(size));
      }
    } catch (IOException e) {
      throw failed(e);
    }
    position = size;
  }

  private void endLedger() throws IOException {
    WrittenLedger ending = ledger;
    if (ending != null) {
      try {
        ending.end();
      } finally {
        ledger = null;
        files.forget(ending.id());
      }
    }
  }

  @Override
  public long position() {
    return position;
  }

  /**
   * Nothing can be written after a failure: where the ledger ends is unknown until it is closed.
   */
  private IOException failed(IOException e) {
    if (failure == null) {
      failure = e;
      WrittenLedger broken = ledger;
      if (broken != null) {
        ledger = null;
        files.forget(broken.id());
        broken.close();
      }
    }
    return e;
  }

  private void requireUsable(String what) throws IOException {
    if (closed) {
      throw new IOException("cannot " + what + " " + file.path() + ": it is closed");
    }
    IOException first = failure;
    if (first != null) {
      throw new IOException(
          "cannot " + what + " " + file.path() + ": writing it failed before", first);
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      endLedger();
    } finally {
      files.close(file);
    }
  }
}
