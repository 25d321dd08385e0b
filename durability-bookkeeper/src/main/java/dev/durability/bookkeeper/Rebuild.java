package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.errors.LockHeldException;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.bookkeeper.client.api.LedgerMetadata;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;

/**
 * Gives files their names again, by what their ledgers say, after names were lost from ZooKeeper.
 * It adds what is missing and changes nothing that is there, so it can be repeated.
 */
final class Rebuild {
  private final Session session;
  private final Names names;
  private final Ledgers ledgers;
  private final String root;
  private final Consumer<String> warnings;

  Rebuild(Session session, Names names, Ledgers ledgers, String root, Consumer<String> warnings) {
    this.session = session;
    this.names = names;
    this.ledgers = ledgers;
    this.root = root;
    this.warnings = warnings;
  }

  /** A ledger of this root. */
  private record Found(long ledger, LedgerTags tags, LedgerLabel label) {
    List<String> locks() {
      return tags.locks().isEmpty() ? List.of() : List.of(tags.locks().split(",", -1));
    }
  }

  /**
   * A file that has no name.
   *
   * @param top its newest ledger
   * @param content its inode; null if that is there
   */
  private record Lost(String inode, Found top, @Nullable Inode content) {}

  /** Whether what a ledger says is older than what another one says. */
  private static boolean isBefore(Found one, Found other) {
    return one.label().epoch() != other.label().epoch()
        ? one.label().epoch() < other.label().epoch()
        : one.ledger() < other.ledger();
  }

  /** Returns how many files have got their names. */
  int all() throws IOException {
    requireNobodyWrites();
    Map<String, List<Found>> files = found();
    Set<String> known = named("");
    known.addAll(deleted());
    Map<String, Lost> byName = new TreeMap<>();
    for (Map.Entry<String, List<Found>> file : files.entrySet()) {
      Lost lost = known.contains(file.getKey()) ? null : lost(file.getKey(), file.getValue());
      if (lost != null) {
        byName.merge(
            lost.top().label().name(),
            lost,
            (one, other) -> isBefore(one.top(), other.top()) ? other : one);
      }
    }
    int count = 0;
    for (Lost lost : byName.values()) {
      if (add(lost)) {
        count++;
      }
    }
    return count;
  }

  private void requireNobodyWrites() throws IOException {
    String locks = session.paths().of(ZkPaths.LOCKS);
    for (String lock : childrenOf(locks)) {
      Keeper.Node held = session.read(locks + "/" + lock + ZkPaths.HELD, null);
      if (held != null) {
        throw new LockHeldException(
            "names are not made again while "
                + HolderText.decode(held.data()).words()
                + " holds a lock: stop it first");
      }
    }
  }

  /** The ledgers of each file, by its inode. */
  private Map<String, List<Found>> found() throws IOException {
    Map<String, List<Found>> files = new HashMap<>();
    for (long ledger : ledgers.all()) {
      LedgerMetadata metadata = ledgers.metadata(ledger);
      LedgerTags tags = metadata == null ? null : LedgerTags.decode(metadata.getCustomMetadata());
      if (metadata == null || tags == null || !tags.root().equals(root)) {
        continue;
      }
      LedgerLabel label = LedgerLabel.of(metadata);
      if (label == null) {
        warnings.accept("ledger " + ledger + " does not say of what file it is; it is left alone");
        continue;
      }
      files
          .computeIfAbsent(tags.inode(), any -> new ArrayList<>())
          .add(new Found(ledger, tags, label));
    }
    return files;
  }

  /** The inodes that have names, in a directory and those below it. */
  private Set<String> named(String directory) throws IOException {
    Set<String> inodes = new HashSet<>();
    String node = session.paths().directory(directory);
    for (String child : childrenOf(node)) {
      if (child.startsWith(ZkPaths.FILE)) {
        Keeper.Node file = session.read(node + "/" + child, null);
        if (file != null) {
          inodes.add(new String(file.data(), UTF_8));
        }
      } else {
        String name = ZkPaths.decode(child.substring(ZkPaths.DIRECTORY.length()));
        inodes.addAll(named(directory.isEmpty() ? name : directory + "/" + name));
      }
    }
    return inodes;
  }

  /** The inodes that are noted as garbage. */
  private Set<String> deleted() throws IOException {
    Set<String> inodes = new HashSet<>();
    for (String id : childrenOf(session.paths().of(ZkPaths.GARBAGE))) {
      Keeper.Node note = session.read(session.paths().garbage(id), null);
      if (note != null) {
        inodes.add(Garbage.Note.decode(note.data()).inode());
      }
    }
    return inodes;
  }

  /** The file, by what its newest ledger says; null if there is none, or a part is missing. */
  private @Nullable Lost lost(String inode, List<Found> ofFile) throws IOException {
    Map<Long, Found> byId = new HashMap<>();
    Found top = null;
    for (Found each : ofFile) {
      byId.put(each.ledger(), each);
      if (each.label().state() != LedgerLabel.State.CUT_OFF
          && (top == null || isBefore(top, each))) {
        top = each;
      }
    }
    if (top == null || top.label().state() == LedgerLabel.State.DELETED) {
      return null;
    }
    String node = session.paths().inode(inode);
    Keeper.Node known = session.read(node, null);
    if (known != null) {
      return new Lost(inode, top, null);
    }
    List<Layer> layers = new ArrayList<>();
    for (Layer layer : top.label().below()) {
      Found below = byId.get(layer.ledger());
      if (below == null) {
        warnings.accept(
            top.label().name() + " is not made again: its ledger " + layer.ledger() + " is gone");
        return null;
      }
      layers.add(new Layer(layer.ledger(), layer.start(), layer.limit(), below.locks()));
    }
    layers.add(new Layer(top.ledger(), top.tags().start(), top.label().limit(), top.locks()));
    return new Lost(inode, top, new Inode(top.tags().path(), new Layers(layers)));
  }

  private boolean add(Lost lost) throws IOException {
    String path = lost.top().label().name();
    if (names.exists(path)) {
      warnings.accept(path + " is not made again: another file has the name now");
      return false;
    }
    names.createDirectories(Directory.parentOf(path));
    Inode content = lost.content();
    byte[] inode = lost.inode().getBytes(UTF_8);
    List<Op> operations =
        content == null
            ? List.of(Names.create(session.paths().file(path), inode))
            : names.creation(path, lost.inode(), content);
    return session.transaction("naming " + path, operations);
  }

  private List<String> childrenOf(String node) throws IOException {
    List<String> children = session.children(node);
    return children == null ? List.of() : children;
  }
}
