package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory over a disk that forgets what was not synced. Content is forgotten by
 * sectors of 512 bytes, each of which comes back as any of the versions since the last sync; sizes
 * come back as any size between; of the changes of names since a directory's last sync any come
 * back, in order. A sync that fails persists some sectors and drops the others: they read back as
 * written, and no later sync persists them unless they are written again.
 *
 * <pre>{@code
 * var disk = new SimulatedDisk(seed);
 * disk.failAt(7);                   // the 7th change from now on fails
 * disk.dieAt(7);                    // ... and everything after it: the process is dead
 * disk = disk.afterPowerLoss();     // what a machine may find that starts again
 * disk = disk.afterDeath();         // what a process finds that starts again
 * }</pre>
 *
 * <p>Creating, resuming, renaming, deleting, writing, cutting and syncing are changes. Those that
 * fail may have taken place or not; of a write, any first bytes. Thread-safe.
 */
public final class SimulatedDisk implements Directory {
  static final int SECTOR = 512;

  private final ReentrantLock lock = new ReentrantLock();
  private final MemoryDirectory live = new MemoryDirectory();
  private final TreeMap<String, Node> names = new TreeMap<>();
  private final TreeMap<String, Node> durableNames = new TreeMap<>();
  private final List<Renaming> unsynced = new ArrayList<>();
  private final TreeSet<String> directories = new TreeSet<>();
  private final Random random;
  private long changes;
  private long failAt = Long.MAX_VALUE;
  private long dieAt = Long.MAX_VALUE;
  private boolean dead;

  /** An empty disk; the seed decides what crashes and failures leave. */
  public SimulatedDisk(long seed) {
    random = new Random(seed);
  }

  /** A change of the names in a directory: one goes, one comes, at once. */
  private record Renaming(
      String directory, @Nullable String removed, @Nullable String added, Node node) {
    void apply(Map<String, Node> map) {
      if (removed != null) {
        map.remove(removed);
      }
      if (added != null) {
        map.put(added, node);
      }
    }
  }

  /** The nth change from now on fails. */
  public void failAt(long nth) {
    locked(() -> failAt = changes + nth);
  }

  /** The nth change from now on fails, and all that is tried after it. */
  public void dieAt(long nth) {
    locked(() -> dieAt = changes + nth);
  }

  /** No failure is to come any more. */
  public void heal() {
    locked(
        () -> {
          failAt = Long.MAX_VALUE;
          dieAt = Long.MAX_VALUE;
        });
  }

  /** How many changes were tried. */
  public long changes() {
    lock.lock();
    try {
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /** What is there after the process died: all that was written. This disk is dead from now on. */
  public SimulatedDisk afterDeath() {
    return successor(node -> node.copy(), false);
  }

  /** What is there after the power went. This disk is dead from now on. */
  public SimulatedDisk afterPowerLoss() {
    double[] chances = {0, 0.2, 0.5, 0.8, 1, random.nextDouble()};
    double kept = chances[random.nextInt(chances.length)];
    return successor(node -> node.crashed(random, kept), true);
  }

  private interface Survival {
    Node of(Node node);
  }

  private SimulatedDisk successor(Survival survival, boolean forgets) {
    lock.lock();
    try {
      dead = true;
      SimulatedDisk next = new SimulatedDisk(random.nextLong());
      IdentityHashMap<Node, Node> nodes = new IdentityHashMap<>();
      durableNames.forEach(
          (name, node) -> next.durableNames.put(name, nodes.computeIfAbsent(node, survival::of)));
      double kept = random.nextDouble();
      for (Renaming each : unsynced) {
        Node node = nodes.computeIfAbsent(each.node, survival::of);
        Renaming same = new Renaming(each.directory, each.removed, each.added, node);
        if (!forgets) {
          next.unsynced.add(same);
        } else if (random.nextDouble() < kept) {
          same.apply(next.durableNames);
        }
      }
      next.names.putAll(next.durableNames);
      next.unsynced.forEach(each -> each.apply(next.names));
      if (!forgets) {
        // A failed sync may have dropped changes of names that the process still sees.
        next.names.clear();
        names.forEach(
            (name, node) -> next.names.put(name, nodes.computeIfAbsent(node, survival::of)));
      }
      next.directories.addAll(directories);
      next.fillLive();
      return next;
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  private void fillLive() throws IOException {
    for (String directory : directories) {
      live.createDirectories(directory);
    }
    for (Map.Entry<String, Node> each : names.entrySet()) {
      try (AppendFile file = live.create(each.getKey(), 0)) {
        file.write(ByteBuffer.wrap(each.getValue().now));
      }
    }
  }

  private enum Fate {
    GOES,
    FAILS
  }

  /** With the lock: counts a change, and tells what becomes of it. */
  private Fate enter() throws IOException {
    requireAlive();
    changes++;
    dead = changes >= dieAt;
    return dead || changes == failAt ? Fate.FAILS : Fate.GOES;
  }

  private void requireAlive() throws IOException {
    if (dead) {
      throw new IOException("the process is dead");
    }
  }

  private static IOException failure(String what) {
    return new IOException("simulated failure: " + what + ", Input/output error");
  }

  private interface Action<T extends @Nullable Object> {
    T run() throws IOException;
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  /** Makes a change, or half of it, or none. */
  private <T extends @Nullable Object> T change(String what, Action<T> action) throws IOException {
    lock.lock();
    try {
      Fate fate = enter();
      if (fate == Fate.GOES) {
        return action.run();
      }
      if (random.nextBoolean() && action.run() instanceof AppendFile file) {
        file.close();
      }
      throw failure(what);
    } finally {
      lock.unlock();
    }
  }

  private <T extends @Nullable Object> T look(Action<T> action) throws IOException {
    lock.lock();
    try {
      requireAlive();
      return action.run();
    } finally {
      lock.unlock();
    }
  }

  private void renamed(String directory, @Nullable String from, @Nullable String to, Node node) {
    Renaming renaming = new Renaming(directory, from, to, node);
    renaming.apply(names);
    unsynced.add(renaming);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return change(
        "create " + path,
        () -> {
          AppendFile file = live.create(path, expectedBytes);
          Node node = new Node(new byte[Math.toIntExact(expectedBytes)]);
          renamed(Directory.parentOf(path), null, path, node);
          return new Appender(path, file, node);
        });
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return change(
        "resume " + path, () -> new Appender(path, live.resume(path, offset), node(path)));
  }

  private Node node(String path) {
    Node node = names.get(path);
    if (node == null) {
      throw new AssertionError(path);
    }
    return node;
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return look(() -> live.open(path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    change(
        "rename " + from,
        () -> {
          live.rename(from, to);
          renamed(Directory.parentOf(to), from, to, node(from));
          return null;
        });
  }

  @Override
  public void delete(String path) throws IOException {
    change(
        "delete " + path,
        () -> {
          live.delete(path);
          renamed(Directory.parentOf(path), path, null, node(path));
          return null;
        });
  }

  @Override
  public boolean exists(String path) throws IOException {
    return look(() -> live.exists(path));
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return look(() -> live.list(directory));
  }

  @Override
  public void createDirectories(String directory) throws IOException {
    change(
        "create the directory " + directory,
        () -> {
          live.createDirectories(directory);
          directories.add(directory);
          return null;
        });
  }

  @Override
  public void sync(String directory) throws IOException {
    lock.lock();
    try {
      boolean fails = enter() == Fate.FAILS;
      live.sync(directory);
      for (Renaming each : unsynced) {
        if (each.directory.equals(directory) && (!fails || random.nextBoolean())) {
          each.apply(durableNames);
        }
      }
      unsynced.removeIf(each -> each.directory.equals(directory));
      if (fails) {
        throw failure("sync of the directory " + directory);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return look(
        () -> {
          DirectoryLock held = live.lock(path);
          if (!names.containsKey(path)) {
            renamed(Directory.parentOf(path), null, path, new Node(new byte[0]));
          }
          return held;
        });
  }

  /** What a file holds now, and what of it the disk holds. */
  private static final class Node {
    private byte[] now;
    private byte[] disk;
    private final TreeMap<Integer, List<byte[]>> versions = new TreeMap<>();

    Node(byte[] synced) {
      now = synced;
      disk = synced.clone();
    }

    Node copy() {
      Node copy = new Node(now.clone());
      copy.disk = disk.clone();
      versions.forEach((sector, all) -> copy.versions.put(sector, new ArrayList<>(all)));
      return copy;
    }

    Node crashed(Random random, double kept) {
      int smaller = Math.min(now.length, disk.length);
      int larger = Math.max(now.length, disk.length);
      int[] sizes = {now.length, disk.length, smaller + random.nextInt(larger - smaller + 1)};
      byte[] found = Arrays.copyOf(disk, larger);
      for (Map.Entry<Integer, List<byte[]>> each : versions.entrySet()) {
        if (random.nextDouble() < kept) {
          List<byte[]> all = each.getValue();
          boolean last = random.nextInt(4) > 0;
          put(found, each.getKey(), all.get(last ? all.size() - 1 : random.nextInt(all.size())));
        }
      }
      return new Node(Arrays.copyOf(found, sizes[random.nextInt(sizes.length)]));
    }

    void write(int at, byte[] bytes) {
      int end = at + bytes.length;
      now = Arrays.copyOf(now, Math.max(now.length, end));
      System.arraycopy(bytes, 0, now, at, bytes.length);
      changed(at, end);
    }

    void truncate(int size) {
      int end = now.length;
      now = Arrays.copyOf(now, size);
      changed(size, end);
    }

    private void changed(int from, int toExclusive) {
      if (from < toExclusive) {
        for (int sector = from / SECTOR; sector <= (toExclusive - 1) / SECTOR; sector++) {
          versions.computeIfAbsent(sector, s -> new ArrayList<>()).add(sector(sector));
        }
      }
    }

    private byte[] sector(int sector) {
      byte[] bytes = new byte[SECTOR];
      int from = Math.min(now.length, sector * SECTOR);
      int to = Math.min(now.length, from + SECTOR);
      System.arraycopy(now, from, bytes, 0, to - from);
      return bytes;
    }

    private static void put(byte[] target, int sector, byte[] bytes) {
      int from = sector * SECTOR;
      if (from < target.length) {
        System.arraycopy(bytes, 0, target, from, Math.min(SECTOR, target.length - from));
      }
    }

    void sync() {
      disk = Arrays.copyOf(disk, now.length);
      versions.keySet().forEach(sector -> put(disk, sector, sector(sector)));
      versions.clear();
    }

    /** Some sectors and perhaps the size are on the disk, and all look clean. */
    void syncInVain(Random random) {
      if (random.nextBoolean()) {
        disk = Arrays.copyOf(disk, now.length);
      }
      double kept = random.nextDouble();
      for (int sector : versions.keySet()) {
        if (random.nextDouble() < kept) {
          put(disk, sector, sector(sector));
        }
      }
      versions.clear();
    }
  }

  private final class Appender implements AppendFile {
    private final String path;
    private final AppendFile file;
    private final Node node;
    private long position;

    Appender(String path, AppendFile file, Node node) {
      this.path = path;
      this.file = file;
      this.node = node;
      this.position = file.position();
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      lock.lock();
      try {
        Fate fate = enter();
        if (position != file.position()) {
          throw new AssertionError(path + ": a write failed and was not cut off");
        }
        byte[] bytes = new byte[source.remaining()];
        source.duplicate().get(bytes);
        int count = fate == Fate.GOES ? bytes.length : random.nextInt(bytes.length + 1);
        byte[] written = Arrays.copyOf(bytes, count);
        file.write(ByteBuffer.wrap(written));
        node.write(Math.toIntExact(position), written);
        if (fate == Fate.FAILS) {
          throw failure("write to " + path);
        }
        position += count;
        source.position(source.limit());
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void sync() throws IOException {
      lock.lock();
      try {
        Fate fate = enter();
        file.sync();
        if (fate == Fate.FAILS) {
          node.syncInVain(random);
          throw failure("sync of " + path);
        }
        node.sync();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      change(
          "cut " + path,
          () -> {
            if (size > position) {
              throw new IllegalArgumentException("cannot cut to " + size + ", at " + position);
            }
            file.truncate(size);
            node.truncate(Math.toIntExact(size));
            position = size;
            return null;
          });
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
