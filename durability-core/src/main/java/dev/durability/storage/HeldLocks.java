package dev.durability.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The locks that this JVM holds, whatever class loader took them.
 *
 * <p>Two web applications have two copies of this class, and so two of each of its static fields.
 * What all class loaders share are the classes of the JDK. The locks are therefore listed in the
 * system properties, as strings, since whoever prints the properties expects nothing else. A file
 * is listed by its path and, where the file system tells one, by its identity (device and inode).
 */
final class HeldLocks {
  /**
   * Held while a lock is taken or given up. A literal is one object for all class loaders, so this
   * excludes other copies of this class too; a lock object of this class would not.
   */
  static final String MONITOR = "dev.durability.lock";

  private static final String LOCK = MONITOR + ".";
  private static final String GUARDED = "dev.durability.guarded.";

  private HeldLocks() {}

  /** Whether a file is a lock that this JVM holds. */
  static boolean isLock(Path path, @Nullable Object key) {
    Properties all = System.getProperties();
    return all.containsKey(LOCK + path) || (key != null && all.containsKey(LOCK + key));
  }

  /** Whether a lock of this JVM, other than the one with that token, guards a file. */
  static boolean isGuardedByOther(Path path, @Nullable Object key, String token) {
    Properties all = System.getProperties();
    Object byPath = all.getOrDefault(GUARDED + path, token);
    Object byKey = key == null ? token : all.getOrDefault(GUARDED + key, token);
    return !token.equals(byPath) || !token.equals(byKey);
  }

  /** Lists a lock that was taken. With the monitor. */
  static void addLock(Path path, @Nullable Object key, String token) {
    add(LOCK, path, key, token);
  }

  /** Lists a file that only the holder of a lock writes. With the monitor. */
  static void addGuarded(Path path, @Nullable Object key, String token) {
    add(GUARDED, path, key, token);
  }

  private static void add(String kind, Path path, @Nullable Object key, String token) {
    Properties all = System.getProperties();
    all.put(kind + path, token);
    if (key != null) {
      all.put(kind + key, token);
    }
  }

  /** Strikes out a lock and what it guards. With the monitor. */
  static void remove(String token) {
    Properties all = System.getProperties();
    for (Object name : List.copyOf(all.keySet())) {
      if (name instanceof String text && (text.startsWith(LOCK) || text.startsWith(GUARDED))) {
        boolean unused = all.remove(name, token);
      }
    }
  }
}
