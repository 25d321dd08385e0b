package dev.durability.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The names of files as readers see them now, and the changes that the disk may have or lack. Each
 * change takes place as a whole, so a rename is atomic.
 */
final class Names {
  private enum Standing {
    /** The next sync of its directory makes it durable. */
    PENDING,
    /** Its sync failed: it may be durable or not, and no later sync will make it so. */
    ABANDONED,
    /** Durable, but made on top of one that is not. */
    DURABLE
  }

  /** One name goes and one comes, at once; a change may have only one of the two. */
  private record Change(
      String directory,
      @Nullable String removed,
      @Nullable String added,
      int inode,
      Standing standing) {
    void apply(Map<String, Integer> names) {
      if (removed != null) {
        names.remove(removed);
      }
      if (added != null) {
        names.put(added, inode);
      }
    }

    Change with(Standing other) {
      return new Change(directory, removed, added, inode, other);
    }

    long hash() {
      long hash = Hash.mix(inode, removed == null ? "" : removed);
      return Hash.mix(Hash.mix(hash, added == null ? "" : added), standing.name());
    }
  }

  private final TreeMap<String, Integer> now;
  private final TreeMap<String, Integer> durable;
  private final List<Change> changes;

  Names() {
    this(Map.of(), Map.of(), List.of());
  }

  private Names(Map<String, Integer> now, Map<String, Integer> durable, List<Change> changes) {
    this.now = new TreeMap<>(now);
    this.durable = new TreeMap<>(durable);
    this.changes = new ArrayList<>(changes);
  }

  Names copy() {
    return new Names(now, durable, changes);
  }

  /** Path to inode, as readers see them now. */
  NavigableMap<String, Integer> now() {
    return now;
  }

  void change(String directory, @Nullable String removed, @Nullable String added, int inode) {
    Change change = new Change(directory, removed, added, inode, Standing.PENDING);
    change.apply(now);
    changes.add(change);
  }

  void sync(String directory) {
    settle(directory, Standing.DURABLE);
    Set<String> blocked = new HashSet<>();
    List<Change> open = new ArrayList<>();
    for (Change each : changes) {
      if (each.standing == Standing.DURABLE && !blocked.contains(each.directory)) {
        each.apply(durable);
      } else {
        blocked.add(each.directory);
        open.add(each);
      }
    }
    changes.clear();
    changes.addAll(open);
  }

  void syncInVain(String directory) {
    settle(directory, Standing.ABANDONED);
  }

  private void settle(String directory, Standing standing) {
    changes.replaceAll(
        each ->
            each.standing == Standing.PENDING && each.directory.equals(directory)
                ? each.with(standing)
                : each);
  }

  /** How many changes are open. */
  int open() {
    return (int) changes.stream().filter(each -> each.standing != Standing.DURABLE).count();
  }

  /** An open change in words. */
  String describeOpen(int index) {
    Change change =
        changes.stream().filter(each -> each.standing != Standing.DURABLE).toList().get(index);
    if (change.removed == null) {
      return "created " + change.added;
    }
    return change.added == null
        ? "deleted " + change.removed
        : "renamed " + change.removed + " to " + change.added;
  }

  /** The names as they are found if these of the open changes took place. */
  NavigableMap<String, Integer> afterPowerLoss(boolean[] tookPlace) {
    TreeMap<String, Integer> found = new TreeMap<>(durable);
    int open = 0;
    for (Change each : changes) {
      if (each.standing == Standing.DURABLE || tookPlace[open++]) {
        each.apply(found);
      }
    }
    return found;
  }

  /** Names that are durable as they are. */
  static Names durable(Map<String, Integer> names) {
    return new Names(names, names, List.of());
  }

  /** Equal for the same open changes. */
  long hashOfOpen() {
    long hash = 0;
    for (Change each : changes) {
      hash = Hash.mix(hash, each.hash());
    }
    return hash;
  }
}
