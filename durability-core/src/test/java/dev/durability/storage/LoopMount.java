package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A file system of its own in a file: one that may run full, be mounted read-only, lose its power
 * or its device. The file is sparse and lies in memory, on a tmpfs that can be filled up: then the
 * device has no block left for what was never written, and fails. Its sectors have the size of a
 * page, and no request is larger: of a request that it could fulfil in part, the loop device says
 * that it succeeded.
 */
public final class LoopMount implements AutoCloseable {
  /** Why there can be none here. */
  public static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    UnavailableException(String message) {
      super(message);
    }
  }

  /** The file systems, each with the smallest size that its tools accept, and its own options. */
  public enum Type {
    EXT4(64, "ext4 -q -F -m 0"),
    XFS(300, "xfs -q -f"),
    BTRFS(128, "btrfs -q -f");

    private final int megabytes;
    private final String make;

    Type(int megabytes, String make) {
      this.megabytes = megabytes;
      this.make = make;
    }
  }

  private static final int PAGE_BYTES = 4096;

  private final Type type;
  private final Path disk;
  private final Path image;
  private final Path mount;
  private String device = "";

  private LoopMount(Type type, Path temp) {
    this.type = type;
    this.disk = temp.resolve("disk");
    this.image = disk.resolve("image");
    this.mount = temp.resolve("mount");
  }

  /**
   * Makes a file system and mounts it.
   *
   * @param type which one
   * @param temp an empty directory
   * @return the file system; close it
   * @throws UnavailableException if this user or system cannot do that
   */
  public static LoopMount make(Type type, Path temp) throws IOException, UnavailableException {
    LoopMount made = new LoopMount(type, temp);
    Files.createDirectories(made.disk);
    Files.createDirectories(made.mount);
    need("mount", "-t", "tmpfs", "-o", "size=" + (type.megabytes + 16) + "m", "tmpfs", made.disk);
    boolean mounted = false;
    try {
      made.makeImage();
      made.attach();
      need((Object[]) ("mkfs." + type.make + " " + made.device).split(" ", -1));
      need(made.mounting());
      mounted = true;
      return made;
    } finally {
      if (!mounted) {
        made.detach();
        unmount(made.disk);
      }
    }
  }

  private void makeImage() throws IOException {
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), ((long) type.megabytes << 20) - 1);
    }
  }

  private void attach() throws IOException, UnavailableException {
    try {
      device = run("losetup", "-f", "--show", "--sector-size", PAGE_BYTES, image);
      Path queue = Path.of("/sys/block", device.substring(device.lastIndexOf('/') + 1), "queue");
      Files.writeString(queue.resolve("max_sectors_kb"), PAGE_BYTES / 1024 + "");
    } catch (IOException e) {
      throw new UnavailableException(e.getMessage());
    }
  }

  private void detach() throws IOException {
    if (!device.isEmpty()) {
      run("losetup", "-d", device);
    }
  }

  private Object[] mounting() {
    String options = type == Type.EXT4 ? "errors=remount-ro" : "defaults";
    return new Object[] {"mount", "-t", toString(), "-o", options, device, mount};
  }

  private static void need(Object... command) throws UnavailableException {
    try {
      run(command);
    } catch (IOException e) {
      throw new UnavailableException(e.getMessage());
    }
  }

  /** Runs a command, and throws what it printed if it failed. */
  private static String run(Object... command) throws IOException {
    List<String> words = Stream.of(command).map(Object::toString).toList();
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(String.join(" ", words) + ": status " + status + ", " + printed);
      }
      return printed;
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Others may look at what was just mounted or closed, for a moment. */
  private static void runUnlessBusy(Object... command) throws IOException {
    for (int attemptsLeft = 300; ; attemptsLeft--) {
      try {
        run(command);
        return;
      } catch (IOException e) {
        if (attemptsLeft == 0 || !String.valueOf(e.getMessage()).contains("busy")) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
    }
  }

  /** Where it is mounted. */
  public Path path() {
    return mount;
  }

  /** Mounts it anew, as after a restart of the machine. Nothing in it may be open. */
  public void mountAgain() throws IOException {
    runUnlessBusy("umount", mount);
    run(mounting());
  }

  /** Allows writing no more. No file in it may be open for writing. */
  public void makeReadOnly() throws IOException {
    runUnlessBusy("mount", "-o", "remount,ro", mount);
  }

  /** Allows writing again. */
  public void makeWritable() throws IOException {
    run("mount", "-o", "remount,rw", mount);
  }

  /**
   * Stops the file system at once: what did not reach its device never will. It must be mounted
   * again.
   *
   * @throws UnavailableException if it cannot do that
   */
  public void losePower() throws UnavailableException {
    need("xfs_io", "-x", "-c", "shutdown", mount);
  }

  /**
   * Lets the file system find an error in itself, on which it goes read-only while files are open
   * for writing. It must be mounted again.
   *
   * @throws UnavailableException if it cannot do that
   */
  public void findError() throws IOException, UnavailableException {
    String name = device.substring(device.lastIndexOf('/') + 1);
    Path trigger = Path.of("/sys/fs/" + this, name, "trigger_fs_error");
    if (!Files.exists(trigger)) {
      throw new UnavailableException("there is no " + trigger);
    }
    Files.writeString(trigger, "1");
  }

  /**
   * Lets the device fail where it was not written before. (Trimming what was written and deleted
   * would not do: a file system trims in the background, too.)
   */
  public void failDevice() throws IOException {
    fill(disk.resolve("ballast"));
  }

  /** Lets the device work again. */
  public void mendDevice() throws IOException {
    Files.delete(disk.resolve("ballast"));
  }

  /** Fills the file system up. */
  public void fillUp() throws IOException {
    fill(mount.resolve("ballast"));
  }

  /** XFS does that in the background, on a processor that others may keep busy. */
  private void freeWhatWasDeleted() throws IOException {
    run("fsfreeze", "--freeze", mount);
    run("fsfreeze", "--unfreeze", mount);
  }

  /** Makes room again; returns once there is some, for which a file system may take its time. */
  public void makeRoom() throws IOException {
    Files.deleteIfExists(mount.resolve("ballast"));
    Path probe = mount.resolve("probe");
    IOException full = new IOException("no room");
    for (int attempt = 0; attempt < 100; attempt++) {
      freeWhatWasDeleted();
      run("sync", "-f", mount);
      try (FileChannel file =
          FileChannel.open(probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.write(ByteBuffer.allocateDirect(1 << 20), 0);
        file.force(true);
        return;
      } catch (IOException e) {
        full = e;
      } finally {
        Files.deleteIfExists(probe);
      }
    }
    throw full;
  }

  private static void fill(Path ballast) throws IOException {
    try (FileChannel file =
        FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.position(file.size());
      for (int block = 1 << 20; block >= 4096; block /= 2) {
        fill(file, block);
      }
    }
  }

  private static void fill(FileChannel file, int block) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(block);
    try {
      while (true) {
        bytes.clear();
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      }
    } catch (IOException full) {
      try {
        file.force(true); // What was only reserved for it takes its room now.
      } catch (IOException fullToo) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      unmount(mount);
    } finally {
      try {
        detach();
      } finally {
        unmount(disk);
      }
    }
  }

  /** Also where something is still open in it, which then ends with that. */
  private static void unmount(Path path) throws IOException {
    try {
      run("umount", path);
    } catch (IOException busy) {
      run("umount", "-l", path);
    }
  }

  /** {@return the name of the type} */
  @Override
  public String toString() {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
