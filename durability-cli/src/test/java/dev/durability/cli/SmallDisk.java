package dev.durability.cli;

import java.io.IOException;
import java.nio.file.Path;

/** A disk of 2 MiB, in memory, which only root can mount. */
final class SmallDisk {

  private SmallDisk() {}

  /** Returns whether it is mounted. */
  static boolean mount(Path where) throws IOException, InterruptedException {
    return exec("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", where.toString()) == 0;
  }

  /** From now on it can be read alone. */
  static void makeReadOnly(Path where) throws IOException, InterruptedException {
    if (exec("mount", "-o", "remount,ro", where.toString()) != 0) {
      throw new AssertionError("cannot make read-only: " + where);
    }
  }

  static void unmount(Path where) throws IOException, InterruptedException {
    if (exec("umount", where.toString()) != 0) {
      throw new AssertionError("cannot unmount " + where);
    }
  }

  private static int exec(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
