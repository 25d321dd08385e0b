package dev.durability.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The locks that this JVM holds, whichever class loader took them.
 *
 * <p>Two web applications have two copies of this class, and so two of each of its static fields.
 * All class loaders share the classes of the JDK. So the locks are listed in the system properties,
 * as strings, because code that prints the properties expects strings. A file is listed by its path
 * and, if the file system has one, by its identity (device and inode), with the token of the lock.
 * Each step is atomic, so copies of this class need no common lock.
 */
final class HeldLocks {
  /** The prefix of the names of all these properties. */
  static final String PREFIX = "dev.durability.lock.";

  private static final String LOCK = PREFIX + "held.";
  private static final String GUARDED = PREFIX + "guarded.";

  private HeldLocks() {}

  /** Whether a file is a lock that this JVM holds, or is about to take. */
  static boolean isLock(Path path, @Nullable Object key) {
    Properties all = System.getProperties();
    return all.containsKey(LOCK + path) || (key != null && all.containsKey(LOCK + key));
  }

  /** Lists a file as a lock; returns false if it is already listed. */
  static boolean claimLock(Path path, @Nullable Object key, String token) {
    return claim(LOCK, path, key, token);
  }

  /** Lists a file that only the holder of a lock writes; returns false if another one does. */
  static boolean claimGuarded(Path path, @Nullable Object key, String token) {
    return claim(GUARDED, path, key, token);
  }

  private static boolean claim(String kind, Path path, @Nullable Object key, String token) {
    Properties all = System.getProperties();
    Object byPath = all.putIfAbsent(kind + path, token);
    if (byPath != null && !byPath.equals(token)) {
      return false;
    }
    Object byKey = key == null ? null : all.putIfAbsent(kind + key, token);
    if (byKey == null || byKey.equals(token)) {
      return true;
    }
    if (byPath == null) {
      boolean unused = all.remove(kind + path, token);
    }
    return false;
  }

  /** Removes a lock and what it guards. */
  static void remove(String token) {
    Properties all = System.getProperties();
    for (Object name : List.copyOf(all.keySet())) {
      if (name instanceof String text && text.startsWith(PREFIX)) {
        boolean unused = all.remove(name, token);
      }
    }
  }
}
