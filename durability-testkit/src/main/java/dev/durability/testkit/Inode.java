package dev.durability.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * A file's content: what readers see now, and all that the disk may hold of it.
 *
 * <p>A sector without an entry in {@code unsynced} is on the disk as readers see it. One with an
 * entry may be on the disk in any of its versions since the last sync that covered it. It is dirty
 * if the next sync will write it; a sync that failed leaves it clean and still unsynced, until it
 * is written again.
 */
final class Inode {
  /** The versions, oldest first, that the disk may hold of a sector. */
  private record Unsynced(List<Sector> versions, boolean dirty) {
    Unsynced written(Sector version) {
      if (versions.get(versions.size() - 1).equals(version)) {
        return new Unsynced(versions, true);
      }
      List<Sector> more = new ArrayList<>(versions);
      more.add(version);
      return new Unsynced(more, true);
    }
  }

  private final TreeMap<Integer, Unsynced> unsynced;
  private Sector[] now;
  private long size;
  private long syncedSize;
  private long smallest;
  private long largest;

  /** A file that is durable as it is: zeros of a size. */
  Inode(long size) {
    this(new Sector[sectors(size)], size, Map.of());
    Arrays.fill(now, Sector.ZEROS);
  }

  private Inode(Sector[] now, long size, Map<Integer, Unsynced> unsynced) {
    this.now = now;
    this.unsynced = new TreeMap<>(unsynced);
    this.size = size;
    this.syncedSize = size;
    this.smallest = size;
    this.largest = size;
  }

  Inode copy() {
    Inode copy = new Inode(now.clone(), size, unsynced);
    copy.syncedSize = syncedSize;
    copy.smallest = smallest;
    copy.largest = largest;
    return copy;
  }

  private static int sectors(long bytes) {
    return Math.toIntExact((bytes + Sector.BYTES - 1) / Sector.BYTES);
  }

  long size() {
    return size;
  }

  /** Reads up to {@code length} bytes, fewer at the end of the file. */
  byte[] read(long position, int length) {
    int count = (int) Math.max(0, Math.min(length, size - position));
    byte[] target = new byte[count];
    for (int done = 0; done < count; ) {
      int within = (int) ((position + done) % Sector.BYTES);
      int part = Math.min(count - done, Sector.BYTES - within);
      now[(int) ((position + done) / Sector.BYTES)].read(within, target, done, part);
      done += part;
    }
    return target;
  }

  /** A sector as readers see it, with zeros after the end of the file. */
  Sector sector(int index) {
    return index < now.length ? now[index] : Sector.ZEROS;
  }

  void write(long offset, byte[] bytes, int length) {
    resize(Math.max(size, offset + length));
    for (int done = 0; done < length; ) {
      int sector = (int) ((offset + done) / Sector.BYTES);
      int within = (int) ((offset + done) % Sector.BYTES);
      int part = Math.min(length - done, Sector.BYTES - within);
      put(sector, now[sector].with(within, bytes, done, part));
      done += part;
    }
  }

  void truncate(long newSize) {
    for (int sector = sectors(newSize); sector < now.length; sector++) {
      put(sector, Sector.ZEROS);
    }
    resize(newSize);
    int within = (int) (newSize % Sector.BYTES);
    if (within > 0) {
      put(now.length - 1, now[now.length - 1].cutTo(within));
    }
  }

  private void resize(long newSize) {
    int before = now.length;
    now = Arrays.copyOf(now, sectors(newSize));
    if (now.length > before) {
      Arrays.fill(now, before, now.length, Sector.ZEROS);
    }
    size = newSize;
    smallest = Math.min(smallest, newSize);
    largest = Math.max(largest, newSize);
  }

  private void put(int sector, Sector version) {
    Sector before = now[sector];
    now[sector] = version;
    Unsynced known = unsynced.get(sector);
    unsynced.put(
        sector, (known == null ? new Unsynced(List.of(before), true) : known).written(version));
  }

  void sync() {
    unsynced.values().removeIf(Unsynced::dirty);
    unsynced.tailMap(now.length).clear();
    syncedSize = size;
    smallest = size;
    largest = size;
  }

  /** A sync that failed: nothing is known to be on the disk, and nothing is dirty any more. */
  void syncInVain() {
    unsynced.replaceAll((sector, each) -> new Unsynced(each.versions, false));
  }

  /** The damage of a medium: other bytes, on the disk at once. */
  void damage(long offset, byte[] bytes) {
    Inode whole = new Inode(now, size, Map.of());
    whole.write(offset, bytes, bytes.length);
    now = whole.now;
    whole.unsynced.keySet().forEach(unsynced::remove);
  }

  // ---- what a loss of power may leave

  /** The sectors whose content is open. */
  List<Integer> openSectors() {
    return List.copyOf(unsynced.keySet());
  }

  /** In how many ways a sector may be found: its versions, and garbage where the file grew. */
  int options(int sector) {
    Unsynced open = unsynced.get(sector);
    return open == null ? 1 : open.versions.size() + (grew(sector) ? 1 : 0);
  }

  /** The option that readers see now. */
  int newest(int sector) {
    Unsynced open = unsynced.get(sector);
    return open == null ? 0 : open.versions.size() - 1;
  }

  private boolean grew(int sector) {
    return (long) sector * Sector.BYTES >= syncedSize;
  }

  /** The sizes that the file may be found with; first those that it really had. */
  List<Long> sizes() {
    List<Long> sizes = new ArrayList<>(List.of(smallest));
    add(sizes, size);
    add(sizes, largest);
    if (smallest < largest) {
      add(sizes, (smallest / Sector.BYTES + 1) * Sector.BYTES);
      add(sizes, (largest - 1) / Sector.BYTES * Sector.BYTES);
      add(sizes, (smallest + largest) / 2);
      add(sizes, largest - 1);
    }
    return sizes;
  }

  private void add(List<Long> sizes, long candidate) {
    if (candidate >= smallest && candidate <= largest && !sizes.contains(candidate)) {
      sizes.add(candidate);
    }
  }

  /**
   * The file as it is found.
   *
   * @param chosen the option of each open sector
   * @param found its size
   * @param garbage what is found in a sector that was never written
   */
  Inode afterPowerLoss(Map<Integer, Integer> chosen, long found, IntFunction<Sector> garbage) {
    Sector[] sectors = new Sector[sectors(found)];
    for (int i = 0; i < sectors.length; i++) {
      Unsynced open = unsynced.get(i);
      if (open == null) {
        sectors[i] = i < now.length ? now[i] : Sector.ZEROS;
      } else {
        int option = chosen.getOrDefault(i, 0);
        sectors[i] = option < open.versions.size() ? open.versions.get(option) : garbage.apply(i);
      }
    }
    int within = (int) (found % Sector.BYTES);
    if (within > 0) {
      sectors[sectors.length - 1] = sectors[sectors.length - 1].cutTo(within);
    }
    return new Inode(sectors, found, Map.of());
  }

  /** Equal for files that readers see alike. */
  long contentHash() {
    long hash = size;
    for (Sector sector : now) {
      hash = Hash.mix(hash, sector.hash());
    }
    return hash;
  }

  /** Equal for files that readers see alike and of which a crash may leave the same. */
  long hash() {
    long hash = contentHash();
    if (!unsynced.isEmpty() || smallest < largest) {
      hash = Hash.mix(Hash.mix(Hash.mix(hash, smallest), largest), syncedSize);
      for (Map.Entry<Integer, Unsynced> each : unsynced.entrySet()) {
        hash = Hash.mix(hash, each.getKey() * 2L + (each.getValue().dirty ? 1 : 0));
        for (Sector version : each.getValue().versions) {
          hash = Hash.mix(hash, version.hash());
        }
      }
    }
    return hash;
  }
}
