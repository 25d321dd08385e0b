package dev.durability.bookkeeper;

import dev.durability.storage.AppendFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that is written: by one thread at a time, into a ledger that is made when needed.
 *
 * <p>If a ledger cannot be written any more because too few bookies are there, it ends after what
 * was confirmed, and another one takes its place: what was not confirmed is written again. That is
 * tried for as long as {@link Patience} allows. It may be that the first ledger chose a bookie that
 * is registered and dead, and there was none to replace it by. The same if BookKeeper's auto
 * recovery has closed the ledger, which it does after a bookie died. Whoever takes the lock over
 * closes it, too, but then the other ledger is refused.
 */
final class LedgerAppendFile implements AppendFile {
  private final OpenFiles files;
  private final OpenFile file;
  private final BookKeeperOptions options;
  private final Supplier<List<String>> locks;
  private @Nullable WrittenLedger ledger;

  /** Where that ledger begins in the file. */
  private long ledgerStart;

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

  /** Makes the ledger that the next bytes go to, so that writing need not, if that is possible. */
  void prepare() throws IOException {
    try {
      ledger = make(position, null);
    } catch (IOException e) {
      if (!Ledgers.isPassing(e)) {
        throw e;
      }
    }
  }

  private WrittenLedger present() throws IOException {
    WrittenLedger present = ledger;
    if (present == null) {
      Patience patience = patience();
      while (present == null) {
        present = makeOrPause(position, null, patience);
      }
      ledger = present;
    }
    return present;
  }

  private Patience patience() {
    return new Patience(Patience.MAX.toNanos(), options.warnings());
  }

  /** Null if there are too few bookies, after a while. */
  private @Nullable WrittenLedger makeOrPause(
      long start, @Nullable WrittenLedger ended, Patience patience) throws IOException {
    try {
      return make(start, ended);
    } catch (IOException e) {
      if (!Ledgers.isPassing(e)) {
        throw e;
      }
      files.session().requireLocks();
      patience.pause("no ledger can be made for " + file.path(), e);
      return null;
    }
  }

  /**
   * Makes a ledger.
   *
   * @param start where it begins in the file
   * @param ended the ledger before it, if that ends there although it may hold more
   */
  private WrittenLedger make(long start, @Nullable WrittenLedger ended) throws IOException {
    List<String> held = locks.get();
    int generation = files.session().generation();
    LedgerTags tags =
        new LedgerTags(
            options.root(),
            file.id(),
            file.path(),
            start,
            files.session().name(),
            String.join(",", held));
    Layers before = ended == null ? file.layers() : file.layers().endedAt(ended.id(), start);
    LedgerLabel label = LedgerLabel.of(file.path(), files.labels().epoch(), before.all());
    WrittenLedger made =
        new WrittenLedger(
            files.client().create(tags, label),
            file.path(),
            options.outstandingBytesMax(),
            files.client().bookies());
    try {
      // Before anything is written: a ledger that no file has is swept.
      Layer layer = new Layer(made.id(), start, Long.MAX_VALUE, held);
      file.change(
          "writing",
          generation,
          layers -> (ended == null ? layers : layers.endedAt(ended.id(), start)).with(layer));
    } catch (IOException e) {
      made.close();
      throw e; // If the change did not take place, the ledger is an orphan, and is swept.
    }
    files.written(made);
    ledgerStart = start;
    return made;
  }

  /**
   * Goes on in another ledger, in which everything that was sent is confirmed when this returns.
   *
   * @throws IOException the failure, if it is of another kind or lasts too long
   */
  private void goOn(WrittenLedger failed, IOException failure) throws IOException {
    IOException last = failure;
    WrittenLedger broken = failed;
    List<byte[]> missing = broken.unconfirmed();
    Patience patience = patience();
    boolean isAgain = false;
    while (true) {
      // Without a lock, nobody can say who closed it.
      boolean isClosed = Ledgers.isFenced(last) && !locks.get().isEmpty();
      if (!isClosed && !Ledgers.isPassing(last)) {
        throw last;
      }
      files.session().requireLocks();
      if (!isClosed || isAgain) {
        pause(patience, last);
      }
      isAgain = true;
      long start = ledgerStart + broken.confirmedLength();
      WrittenLedger next = makeOrPause(start, broken, patience);
      if (next == null) {
        continue;
      }
      ledger = next;
      files.forget(broken.id());
      broken.close();
      broken = next;
      int sent = 0;
      try {
        for (byte[] each : missing) {
          next.append(ByteBuffer.wrap(each));
          sent++;
        }
        next.awaitConfirmed();
        return;
      } catch (IOException e) {
        List<byte[]> still = new ArrayList<>(next.unconfirmed());
        still.addAll(missing.subList(sent, missing.size()));
        missing = still;
        last = e;
      }
    }
  }

  private void pause(Patience patience, IOException failure) throws IOException {
    patience.pause(file.path() + " goes on in another ledger, because one lost bookies", failure);
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
      while (rest.hasRemaining()) {
        WrittenLedger to = present();
        try {
          to.append(rest);
        } catch (IOException e) {
          goOn(to, e);
        }
      }
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
      confirm();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void confirm() throws IOException {
    WrittenLedger present = ledger;
    if (present != null) {
      try {
        present.awaitConfirmed();
      } catch (IOException e) {
        goOn(present, e);
      }
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
    flush(); // What is on its way counts.
    long now = file.size();
    if (now < size) {
      throw new IOException(
          "cannot cut " + file.path() + " to " + size + " bytes: it has only " + now);
    }
    try {
      if (now > size) {
        endLedger();
        file.change("cutting", -1, layers -> layers.cutTo(size));
        files.labels().cut(file.layers());
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
