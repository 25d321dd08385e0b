package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.storage.Directory;
import java.io.ByteArrayOutputStream;
import java.util.Locale;

/**
 * Where things are in ZooKeeper, below the root of a directory. ZooKeeper refuses some characters
 * in names, so all but letters, digits, {@code . _ - /} are percent-encoded.
 *
 * <pre>{@code
 * names/d:wal/f:000.wal   the inode of the file wal/000.wal
 * inodes/<id>             an Inode
 * garbage/<id>            Garbage: what can be deleted, and since when
 * locks/<path>            the version of a lock; below it held, while it is held
 * clients/<id>            the last transaction of a directory that is open somewhere
 * }</pre>
 */
final class ZkPaths {
  static final String NAMES = "names";
  static final String INODES = "inodes";
  static final String GARBAGE = "garbage";
  static final String LOCKS = "locks";
  static final String CLIENTS = "clients";
  static final String HELD = "/held";
  static final String FILE = "f:";
  static final String DIRECTORY = "d:";

  private final String root;

  ZkPaths(String root) {
    this.root = root;
  }

  String root() {
    return root;
  }

  String of(String part) {
    return root + "/" + part;
  }

  String inode(String id) {
    return of(INODES) + "/" + id;
  }

  String garbage(String id) {
    return of(GARBAGE) + "/" + id;
  }

  String client(String id) {
    return of(CLIENTS) + "/" + id;
  }

  String lock(String path) {
    return of(LOCKS) + "/" + encode(path).replace("/", "%2F");
  }

  /** The node of a directory, the empty string for the root. */
  String directory(String path) {
    StringBuilder node = new StringBuilder(of(NAMES));
    if (!path.isEmpty()) {
      for (String name : path.split("/", -1)) {
        node.append('/').append(DIRECTORY).append(encode(name));
      }
    }
    return node.toString();
  }

  /** The node of a file's name. */
  String file(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return directory(Directory.parentOf(path)) + "/" + FILE + encode(name);
  }

  static String encode(String name) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : name.getBytes(UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 128 && (Character.isLetterOrDigit(c) || "._-/".indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return encoded.toString();
  }

  static String decode(String encoded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c != '%') {
        bytes.write(c);
        continue;
      }
      if (i + 3 > encoded.length()) {
        throw new IllegalArgumentException(encoded);
      }
      bytes.write(Integer.parseInt(encoded, i + 1, i + 3, 16));
      i += 2;
    }
    return bytes.toString(UTF_8);
  }
}
