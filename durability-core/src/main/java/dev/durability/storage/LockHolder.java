package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a lock: a text beside the lock's file, for people and for the message of a refused
 * writer. It is in a file of its own because the holder frees the lock if it reads and closes the
 * lock's file. The text counts only if it has the same token as the lock, because a killed holder
 * leaves its text.
 */
final class LockHolder {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final String SUFFIX = ".holder";
  private static final int BYTES_MAX = 4096;
  private static final Duration CLOCKS_DIFFER_MAX = Duration.ofSeconds(10);

  private LockHolder() {}

  private static Path beside(Path lock) {
    return lock.resolveSibling(lock.getFileName() + SUFFIX);
  }

  /** Writes that this process holds a lock. Called by the holder. */
  static void write(Path lock, String token, CreatedAccess access) throws IOException {
    Path path = beside(lock);
    boolean unused = Files.deleteIfExists(path); // Left by a holder that was killed.
    try (UninterruptibleFile file =
        UninterruptibleFile.open(
            path,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            access.ofNewFile())) {
      boolean unusedGiven = access.giveFile(path);
      file.write(UTF_8.encode(text(token)), 0);
    }
  }

  private static String text(String token) {
    StringBuilder text = new StringBuilder("token " + token + "\n");
    text.append("process ").append(ProcessHandle.current().pid()).append('\n');
    String host = host();
    if (!host.isEmpty()) {
      text.append("host ").append(host).append('\n');
    }
    text.append("since ").append(Instant.now()).append('\n');
    // Without the arguments, which may contain a secret.
    String program = System.getProperty("sun.java.command", "").split(" ", 2)[0];
    if (!program.isEmpty()) {
      text.append("program ").append(program).append('\n');
    }
    return text.toString();
  }

  /** Does not ask the network, which may take a long time. */
  private static String host() {
    Path linux = Path.of("/proc/sys/kernel/hostname");
    try {
      return read(linux).strip();
    } catch (IOException notLinux) {
      Map<String, String> environment = System.getenv();
      return environment.getOrDefault("HOSTNAME", environment.getOrDefault("COMPUTERNAME", ""));
    }
  }

  /** Removes what {@link #write} wrote. The caller still holds the lock. */
  static void delete(Path lock) throws IOException {
    boolean unused = Files.deleteIfExists(beside(lock));
  }

  /**
   * Says who holds a lock.
   *
   * @param lock the lock's file
   * @param token its content
   * @return such as "process 17 on host a, since …", or null if that is not known
   */
  static @Nullable String describe(Path lock, String token) {
    Map<String, String> said;
    try {
      said = said(lock);
    } catch (IOException unknown) {
      return null; // The message of the refusal then says less.
    }
    if (!token.equals(said.get("token")) || !said.containsKey("process")) {
      return null;
    }
    return "process "
        + said.get("process")
        + part(said, " (", "program", ")")
        + part(said, " on host ", "host", "")
        + part(said, ", since ", "since", "");
  }

  /**
   * Reads the note of a holder, whether it still has the lock or was killed.
   *
   * @param lock the lock's file, which is not opened
   * @return the note, or null if there is none, or none that this version can read
   * @throws IOException if it cannot be read
   */
  static @Nullable LockHolding of(Path lock) throws IOException {
    try {
      Map<String, String> said = said(lock);
      long process = Long.parseLong(said.getOrDefault("process", ""));
      Instant since = instant(said.getOrDefault("since", ""));
      String host = said.getOrDefault("host", "");
      return new LockHolding(
          process, host, said.getOrDefault("program", ""), since, state(process, host, since));
    } catch (NoSuchFileException | NumberFormatException none) {
      return null;
    }
  }

  private static @Nullable Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException otherForm) {
      return null;
    }
  }

  /** A process that began after the lock was taken has the id of one that has ended. */
  private static LockHolding.State state(long process, String host, @Nullable Instant since) {
    if (!host.equals(printable(host()))) {
      return LockHolding.State.UNKNOWN;
    }
    try {
      Optional<ProcessHandle> found = ProcessHandle.of(process).filter(ProcessHandle::isAlive);
      if (found.isEmpty()) {
        return LockHolding.State.ENDED;
      }
      Instant begun = found.get().info().startInstant().orElse(null);
      // The system counts from its start, by another clock than that of the note.
      boolean isLater =
          begun != null && since != null && begun.isAfter(since.plus(CLOCKS_DIFFER_MAX));
      return isLater ? LockHolding.State.ENDED : LockHolding.State.RUNNING;
    } catch (UnsupportedOperationException untold) {
      return LockHolding.State.UNKNOWN;
    }
  }

  /**
   * Tells whether a holder that did not give up its lock may still be at work: the lock may have
   * been taken from it while its process lives.
   *
   * @param lock the lock's file
   * @return false if no holder is noted, or if its process has ended
   */
  static boolean mayLive(Path lock) {
    try {
      Map<String, String> said = said(lock);
      long process = Long.parseLong(said.getOrDefault("process", ""));
      return !said.getOrDefault("host", "").equals(printable(host()))
          || ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
    } catch (NoSuchFileException none) {
      return false;
    } catch (IOException | NumberFormatException | UnsupportedOperationException unknown) {
      return true;
    }
  }

  private static Map<String, String> said(Path lock) throws IOException {
    Map<String, String> said = new HashMap<>();
    for (String line : read(beside(lock)).split("\n", -1)) {
      int space = line.indexOf(' ');
      if (space > 0) {
        said.put(line.substring(0, space), printable(line.substring(space + 1)));
      }
    }
    return said;
  }

  private static String read(Path path) throws IOException {
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(path.toString()); // Opening a pipe would wait.
    }
    try (UninterruptibleFile file =
        UninterruptibleFile.open(
            path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      ByteBuffer bytes = ByteBuffer.allocate(BYTES_MAX);
      int read = 0;
      while (read >= 0 && bytes.hasRemaining()) {
        read = file.read(bytes, bytes.position());
      }
      return new String(bytes.array(), 0, bytes.position(), UTF_8);
    }
  }

  private static String part(Map<String, String> said, String before, String name, String after) {
    String value = said.get(name);
    return value == null ? "" : before + value + after;
  }

  private static String printable(String text) {
    return CONTROL.matcher(text).replaceAll("?");
  }
}
