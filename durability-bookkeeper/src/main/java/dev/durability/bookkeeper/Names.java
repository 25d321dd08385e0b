package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.jspecify.annotations.Nullable;

/** The names of files and directories, and which inode each file has. */
final class Names {
  /** How often a change is tried while others change the same names. */
  private static final int TRIES = 100;

  private final Session session;
  private final ZkPaths paths;
  private final Garbage garbage;
  private final Labels labels;

  Names(Session session, Garbage garbage, Labels labels) {
    this.labels = labels;
    this.session = session;
    this.paths = session.paths();
    this.garbage = garbage;
  }

  /**
   * A file's name.
   *
   * @param inode the file's inode
   * @param version the version of the name's node
   */
  record Name(String inode, int version) {}

  /** Finds a file, null if there is none; a directory is refused. */
  @Nullable Name find(String path, String what) throws IOException {
    Keeper.Node node = session.read(paths.file(path), null);
    if (node != null) {
      return new Name(new String(node.data(), UTF_8), node.version());
    }
    if (isDirectory(path)) {
      throw new FileSystemException(path, null, "cannot " + what + " it: it is a directory");
    }
    return null;
  }

  Name require(String path, String what) throws IOException {
    Name name = find(path, what);
    if (name == null) {
      throw new NoSuchFileException(path);
    }
    return name;
  }

  boolean isDirectory(String path) throws IOException {
    return session.read(paths.directory(path), null) != null;
  }

  boolean exists(String path) throws IOException {
    return session.read(paths.file(path), null) != null || isDirectory(path);
  }

  /** What creates a file: its name and its inode. */
  List<Op> creation(String path, String inode, Inode content) {
    return List.of(
        create(paths.file(path), inode.getBytes(UTF_8)),
        create(paths.inode(inode), content.encode()));
  }

  void create(String path, String inode, Inode content) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      requireFree(path);
      if (session.transaction("creating " + path, creation(path, inode, content))) {
        return;
      }
    }
    throw busy("create", path);
  }

  /** Throws if a file or directory has the name, or its parent is missing. */
  void requireFree(String path) throws IOException {
    if (exists(path)) {
      throw new FileAlreadyExistsException(path);
    }
    requireParent(path);
  }

  void requireParent(String path) throws IOException {
    String parent = Directory.parentOf(path);
    if (!isDirectory(parent)) {
      throw new NoSuchFileException(path, null, "there is no directory " + parent);
    }
  }

  /** Returns the inode of the file. */
  String rename(String from, String to) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      Name source = require(from, "rename");
      Name replaced = find(to, "replace");
      if (from.equals(to)) {
        return source.inode();
      }
      List<Op> operations = new ArrayList<>();
      byte[] inode = source.inode().getBytes(UTF_8);
      operations.add(Op.delete(paths.file(from), source.version()));
      if (replaced == null) {
        requireParent(to);
        operations.add(create(paths.file(to), inode));
      } else {
        operations.add(Op.setData(paths.file(to), inode, replaced.version()));
        operations.add(garbage.inode(replaced.inode()));
      }
      labels.named(source.inode(), to);
      if (session.transaction("renaming " + from + " to " + to, operations)) {
        if (replaced != null) {
          labels.unnamed(replaced.inode());
        }
        return source.inode();
      }
    }
    throw busy("rename", from);
  }

  void delete(String path) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      Name name = require(path, "delete");
      List<Op> operations =
          List.of(Op.delete(paths.file(path), name.version()), garbage.inode(name.inode()));
      if (session.transaction("deleting " + path, operations)) {
        labels.unnamed(name.inode());
        return;
      }
    }
    throw busy("delete", path);
  }

  /** The names of the files in a directory, sorted. */
  List<String> list(String directory) throws IOException {
    List<String> nodes = session.children(paths.directory(directory));
    if (nodes == null) {
      if (!directory.isEmpty() && session.read(paths.file(directory), null) != null) {
        throw new FileSystemException(directory, null, "it is no directory");
      }
      throw new NoSuchFileException(directory);
    }
    return nodes.stream()
        .filter(node -> node.startsWith(ZkPaths.FILE))
        .map(node -> ZkPaths.decode(node.substring(ZkPaths.FILE.length())))
        .sorted()
        .toList();
  }

  void requireDirectory(String directory) throws IOException {
    if (!isDirectory(directory)) {
      throw directory.isEmpty() || session.read(paths.file(directory), null) == null
          ? new NoSuchFileException(directory)
          : new FileSystemException(directory, null, "it is no directory");
    }
  }

  void createDirectories(String directory) throws IOException {
    if (directory.isEmpty() || isDirectory(directory)) {
      return;
    }
    createDirectories(Directory.parentOf(directory));
    for (int i = 0; i < TRIES && !isDirectory(directory); i++) {
      if (session.read(paths.file(directory), null) != null) {
        throw new FileAlreadyExistsException(directory);
      }
      boolean unused =
          session.transaction(
              "creating the directory " + directory,
              List.of(create(paths.directory(directory), new byte[0])));
    }
  }

  /** What makes a node. */
  static Op create(String node, byte[] data) {
    return Op.create(node, data, Session.ACLS, CreateMode.PERSISTENT);
  }

  private static IOException busy(String what, String path) {
    return new IOException(
        "cannot " + what + " " + path + ": others change the same names all the time; try again");
  }
}
