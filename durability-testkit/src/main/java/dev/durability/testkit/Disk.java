package dev.durability.testkit;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Names and files: what readers see now, and what a crash may leave. Used under a lock. */
final class Disk {
  private final Names names;
  private final Map<Integer, Inode> inodes;
  private final Set<String> directories;
  private int lastInode;

  Disk() {
    this(new Names(), new HashMap<>(), new TreeSet<>(), 0);
    directories.add("");
  }

  private Disk(Names names, Map<Integer, Inode> inodes, Set<String> directories, int lastInode) {
    this.names = names;
    this.inodes = inodes;
    this.directories = directories;
    this.lastInode = lastInode;
  }

  Disk copy() {
    Map<Integer, Inode> copies = new HashMap<>();
    inodes.forEach((number, inode) -> copies.put(number, inode.copy()));
    return new Disk(names.copy(), copies, new TreeSet<>(directories), lastInode);
  }

  Names names() {
    return names;
  }

  Set<String> directories() {
    return directories;
  }

  Map<Integer, Inode> inodes() {
    return inodes;
  }

  Inode inode(int number) {
    return Objects.requireNonNull(inodes.get(number));
  }

  /** The file of an existing name. */
  int number(String path) {
    return Objects.requireNonNull(names.now().get(path));
  }

  void apply(Operation operation) {
    String path = operation.path();
    switch (operation.kind()) {
      case CREATE -> {
        inodes.put(++lastInode, new Inode(operation.offset()));
        names.change(Directory.parentOf(path), null, path, lastInode);
      }
      case RENAME -> {
        String to = Objects.requireNonNull(operation.target());
        names.change(Directory.parentOf(to), path, to, number(path));
      }
      case DELETE -> names.change(Directory.parentOf(path), path, null, number(path));
      case CREATE_DIRECTORIES -> addDirectories(path);
      case SYNC_DIRECTORY -> names.sync(path);
      case SYNC_DIRECTORY_IN_VAIN -> names.syncInVain(path);
      case WRITE -> write(operation, operation.bytes().length);
      case TRUNCATE -> inode(operation.inode()).truncate(operation.offset());
      case SYNC -> inode(operation.inode()).sync();
      case SYNC_IN_VAIN -> inode(operation.inode()).syncInVain();
    }
  }

  /** The names of the files that are directly in a directory, sorted. */
  List<String> list(String directory) {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    List<String> found = new ArrayList<>();
    for (String path : names.now().tailMap(prefix).keySet()) {
      if (!path.startsWith(prefix)) {
        break;
      }
      if (path.indexOf('/', prefix.length()) < 0) {
        found.add(path.substring(prefix.length()));
      }
    }
    return List.copyOf(found);
  }

  void requireFree(String path) throws IOException {
    requireDirectory(Directory.parentOf(path));
    if (names.now().containsKey(path) || directories.contains(path)) {
      throw new FileAlreadyExistsException(path);
    }
  }

  void requireDirectory(String directory) throws IOException {
    if (names.now().containsKey(directory)) {
      throw new NotDirectoryException(directory);
    }
    if (!directories.contains(directory)) {
      throw new NoSuchFileException(directory);
    }
  }

  /** A write, or the first bytes of a write during which the process is killed. */
  void write(Operation write, int length) {
    inode(write.inode()).write(write.offset(), write.bytes(), length);
  }

  private void addDirectories(String path) {
    for (String each = path; !each.isEmpty(); each = Directory.parentOf(each)) {
      directories.add(each);
    }
  }

  /** A disk with these names and files, all of it durable. */
  Disk found(Map<String, Integer> found, Map<Integer, Inode> contents) {
    return new Disk(
        Names.durable(found), new HashMap<>(contents), new TreeSet<>(directories), lastInode);
  }

  /** Equal for disks that readers see alike and of which a crash may leave the same. */
  long hash() {
    return Hash.mix(contentHash(true), names.hashOfOpen());
  }

  /** Equal for disks that readers see alike. */
  long contentHash() {
    return contentHash(false);
  }

  private long contentHash(boolean unsynced) {
    long hash = directories.size();
    for (Map.Entry<String, Integer> each : names.now().entrySet()) {
      Inode inode = inode(each.getValue());
      hash = Hash.mix(Hash.mix(hash, each.getKey()), unsynced ? inode.hash() : inode.contentHash());
    }
    return hash;
  }
}
