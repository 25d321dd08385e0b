package dev.durability.bookkeeper;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;

/**
 * Deletes what nothing refers to. Each step can be repeated, and two sweeps at once do no harm: a
 * ledger is deleted before what says that it can be.
 */
final class Sweep {
  private final Session session;
  private final Ledgers ledgers;
  private final BookKeeperOptions options;
  private final Clock clock;
  private final Consumer<String> warnings;
  private int deletedFiles;
  private int deletedLedgers;

  Sweep(
      Session session,
      Ledgers ledgers,
      BookKeeperOptions options,
      Clock clock,
      Consumer<String> warnings) {
    this.session = session;
    this.ledgers = ledgers;
    this.options = options;
    this.clock = clock;
    this.warnings = warnings;
  }

  /** Deletes files and ledgers whose time is over, and ledgers that no file ever had. */
  Swept all() throws IOException {
    garbage();
    int orphans = orphans();
    return new Swept(deletedFiles, deletedLedgers, orphans);
  }

  /** Deletes files and ledgers that were deleted long enough ago. */
  void garbage() throws IOException {
    List<String> ids = children(ZkPaths.GARBAGE);
    List<Keeper.@Nullable Node> notes =
        session.readAll(ids.stream().map(session.paths()::garbage).toList());
    long before = clock.millis() - options.keepDeleted().toMillis();
    for (int i = 0; i < ids.size(); i++) {
      Keeper.Node node = notes.get(i);
      if (node != null) {
        Garbage.Note note = Garbage.Note.decode(node.data());
        if (note.sinceMillis() <= before) {
          delete(ids.get(i), note);
        }
      }
    }
  }

  private void delete(String id, Garbage.Note note) throws IOException {
    List<Long> unused = new ArrayList<>(note.ledgers());
    List<Op> operations = new ArrayList<>();
    if (!note.inode().isEmpty()) {
      String node = session.paths().inode(note.inode());
      Keeper.Node inode = session.read(node, null);
      if (inode != null) {
        Inode.decode(inode.data(), node).layers().all().forEach(each -> unused.add(each.ledger()));
        operations.add(Op.delete(node, inode.version())); // Who still writes it may add a ledger.
      }
    }
    delete(unused);
    operations.add(Op.delete(session.paths().garbage(id), -1));
    if (session.transaction("sweeping", operations) && operations.size() > 1) {
      deletedFiles++; // Otherwise another sweep did it, or the next one will.
    }
  }

  private void delete(List<Long> unused) throws IOException {
    // A ledger must be closed before: deleting one that is written loses track of its entries.
    ledgers.fence(unused, 0, warnings);
    for (long ledger : unused) {
      ledgers.delete(ledger);
      deletedLedgers++;
    }
  }

  /**
   * Deletes ledgers of this root that no file has. A writer makes a ledger first and then gives it
   * to a file. It can do the second only while its mark is there. So a ledger whose maker has no
   * mark, and that no file has after that was seen, stays without a file. One that has entries is
   * kept all the same: it had a file.
   */
  private int orphans() throws IOException {
    List<Long> candidates = new ArrayList<>();
    List<String> makers = new ArrayList<>();
    for (long ledger : ledgers.all()) {
      LedgerMetadata metadata = ledgers.metadata(ledger);
      LedgerTags tags = metadata == null ? null : LedgerTags.decode(metadata.getCustomMetadata());
      if (tags != null && tags.root().equals(options.root())) {
        candidates.add(ledger);
        makers.add(tags.client());
      }
    }
    Set<String> alive = new HashSet<>(children(ZkPaths.CLIENTS)); // After the list of ledgers.
    Set<Long> referred = referred(); // After the marks.
    List<Long> orphans = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      if (!alive.contains(makers.get(i)) && !referred.contains(candidates.get(i))) {
        orphans.add(candidates.get(i));
      }
    }
    ledgers.fence(orphans, 0, warnings);
    int deleted = 0;
    int kept = 0;
    for (long orphan : orphans) {
      LedgerMetadata closed = ledgers.metadata(orphan);
      LedgerLabel label = closed == null ? null : LedgerLabel.of(closed);
      if (closed != null
          && closed.getLength() > 0
          && (label == null || label.state() == LedgerLabel.State.USED)) {
        kept++; // Nothing is written before a file has the ledger, and no file gave it up.
      } else {
        ledgers.delete(orphan);
        deleted++;
      }
    }
    if (kept > 0) {
      warnings.accept(
          kept
              + " ledgers have entries and no file: names may have been lost from ZooKeeper. They"
              + " are kept, and making the names again finds their files");
    }
    return deleted;
  }

  /** The ledgers of all inodes, and those of which a note says that they go later. */
  private Set<Long> referred() throws IOException {
    Set<Long> referred = new HashSet<>();
    // First the inodes: a ledger goes from there to a note, never back.
    List<String> inodes = children(ZkPaths.INODES).stream().map(session.paths()::inode).toList();
    List<Keeper.@Nullable Node> found = session.readAll(inodes);
    for (int i = 0; i < inodes.size(); i++) {
      Keeper.Node node = found.get(i);
      if (node != null) {
        Inode.decode(node.data(), inodes.get(i))
            .layers()
            .all()
            .forEach(each -> referred.add(each.ledger()));
      }
    }
    List<String> notes = children(ZkPaths.GARBAGE).stream().map(session.paths()::garbage).toList();
    for (Keeper.Node node : session.readAll(notes)) {
      if (node != null) {
        referred.addAll(Garbage.Note.decode(node.data()).ledgers());
      }
    }
    return referred;
  }

  private List<String> children(String part) throws IOException {
    List<String> names = session.children(session.paths().of(part));
    return names == null ? List.of() : names;
  }
}
