package dev.durability.storage;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the names in directories durable. All syncs of directories are here.
 *
 * <p>Some file systems (network, shared, synthetic) have no sync of a directory and refuse it. That
 * is not a failure: names become durable there when the file system writes them, and this class
 * warns once. A sync that fails is always a failure. A directory that was synced once can be
 * synced, so any later error is a failure, whatever the system calls it.
 *
 * <p>Safe for many threads.
 */
final class DirectorySync {

  /** Syncs one directory. */
  public interface Step {
    void sync(Path directory) throws IOException;
  }

  private final Consumer<String> warnings;
  private final Step step;
  private final Set<Path> synced = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean told = new AtomicBoolean();

  DirectorySync(Consumer<String> warnings) {
    this(warnings, DirectorySync::openAndForce);
  }

  /** The same, with another way to sync, for tests. */
  DirectorySync(Consumer<String> warnings, Step step) {
    this.warnings = warnings;
    this.step = step;
  }

  /**
   * Makes the names in a directory durable, as far as its file system can.
   *
   * @param directory the real path of the directory
   * @throws IOException if it is not a directory, or the sync failed: what is durable is then
   *     unknown
   */
  void sync(Path directory) throws IOException {
    if (!Files.readAttributes(directory, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(directory.toString());
    }
    if (UninterruptibleFile.WINDOWS) {
      return;
    }
    try {
      step.sync(directory);
      synced.add(directory);
    } catch (NoSyncException noSuchSync) {
      if (synced.contains(directory)) {
        throw noSuchSync;
      }
      tell(directory, noSuchSync);
    }
  }

  private void tell(Path directory, IOException why) {
    if (!told.compareAndSet(false, true)) {
      return;
    }
    try {
      warnings.accept(
          why.getMessage()
              + ": the file system of "
              + directory
              + " cannot sync directories, so a file that was just created, renamed or deleted"
              + " may come back or be missing after a loss of power");
    } catch (Throwable ofTheSink) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, ofTheSink);
    }
  }

  /** The file system has no sync of directories. */
  public static final class NoSyncException extends IOException {
    private static final long serialVersionUID = 1L;

    NoSyncException(Path directory, Throwable cause) {
      super("cannot sync the directory " + directory + " (" + cause.getMessage() + ")", cause);
    }
  }

  private static void openAndForce(Path directory) throws IOException {
    if (force(directory, () -> HeldDirectory.force(directory))) {
      return;
    }
    UninterruptibleFile opened;
    try {
      opened = UninterruptibleFile.open(directory, Set.of(StandardOpenOption.READ));
    } catch (IOException | UnsupportedOperationException e) {
      if (e instanceof IOException failed
          && directory.getFileSystem() == FileSystems.getDefault()) {
        throw failed;
      }
      // Other file systems cannot open a directory; no more is known about them.
      throw new NoSyncException(directory, e);
    }
    try (opened) {
      boolean unused =
          force(
              directory,
              () -> {
                opened.forceAll();
                return true;
              });
    }
  }

  private interface Force {
    boolean force() throws IOException;
  }

  private static boolean force(Path directory, Force force) throws IOException {
    try {
      return force.force();
    } catch (IOException e) {
      throw saysNoSuchSync(e, Refusal.TEXT) ? new NoSyncException(directory, e) : e;
    }
  }

  /**
   * Tells whether the system says that something cannot be synced, in English or in its own
   * language.
   *
   * @param ofThisSystem what it says about something that can never be synced, or null if that is
   *     unknown
   */
  static boolean saysNoSuchSync(IOException failure, @Nullable String ofThisSystem) {
    String why = reason(failure);
    return switch (why.toLowerCase(Locale.ROOT)) {
      case "invalid argument",
          "operation not supported",
          "operation not supported on socket",
          "not supported",
          "function not implemented" ->
          true;
      default -> why.equals(ofThisSystem);
    };
  }

  private static String reason(IOException failure) {
    Throwable at = failure;
    while (at.getCause() instanceof IOException cause) {
      at = cause;
    }
    return String.valueOf(at.getMessage());
  }

  /**
   * What this system says about a file that has no sync. The JDK gives no error number, only the
   * system's text, which depends on the locale. So the text comes from a device that never has a
   * sync.
   */
  private static final class Refusal {
    static final @Nullable String TEXT = ofNullDevice();

    private static @Nullable String ofNullDevice() {
      UninterruptibleFile device;
      try {
        device = UninterruptibleFile.open(Path.of("/dev/null"), Set.of(StandardOpenOption.WRITE));
      } catch (IOException | RuntimeException notThere) {
        return null; // The English texts still count.
      }
      try (device) {
        device.forceAll();
        return null;
      } catch (IOException refused) {
        return reason(refused);
      }
    }
  }
}
