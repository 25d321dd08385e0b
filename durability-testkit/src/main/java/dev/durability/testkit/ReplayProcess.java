package dev.durability.testkit;

import dev.durability.testkit.Replay.Depth;
import dev.durability.testkit.Replay.Outcome;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The program of {@link OtherJvm}. Its arguments are the file with the history, the file for the
 * outcome, the name of the factory, the {@link Depth}, the number of checkpoints on the way, and
 * the number of this JVM.
 */
final class ReplayProcess {
  private static final int FAILED = 1;
  private static final int PARENT_ENDED = 2;
  private static final int HASH_CODES = 101;

  private ReplayProcess() {}

  /**
   * Applies a history.
   *
   * @param args see the class
   */
  public static void main(String[] args) {
    Thread watch = new Thread(ReplayProcess::endWithParent, "end with the parent");
    watch.setDaemon(true);
    watch.start();
    int status = 0;
    try {
      Outcome outcome = apply(args);
      Path written = Path.of(args[1] + OtherJvm.UNFINISHED);
      try (DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(written)))) {
        outcome.write(out);
      }
      Files.move(written, Path.of(args[1]), StandardCopyOption.ATOMIC_MOVE);
    } catch (Throwable e) {
      e.printStackTrace();
      status = FAILED;
    }
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(status); // Threads of the machine must not keep it.
  }

  private static Outcome apply(String[] args) throws IOException, ClassNotFoundException {
    takeHashCodes(HASH_CODES * (1 + Integer.parseInt(args[5])));
    Replay.Entries entries;
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(args[0]))))) {
      entries = Replay.Entries.read(in);
    }
    Outcome outcome =
        Replay.apply(factory(args[2]), entries, Depth.valueOf(args[3]), Integer.parseInt(args[4]));
    Throwable thrown = outcome.thrown();
    if (thrown != null) {
      thrown.printStackTrace();
    }
    return outcome;
  }

  @SuppressWarnings("unchecked") // The one that the check was given.
  private static Class<? extends MachineFactory<Object, Object>> factory(String name)
      throws ClassNotFoundException {
    return (Class<? extends MachineFactory<Object, Object>>)
        Class.forName(name, true, ClassLoader.getSystemClassLoader());
  }

  /**
   * A thread's identity hash codes come in the same order in each JVM: then objects made now have
   * others than in the JVM before.
   */
  private static void takeHashCodes(int count) {
    for (int i = 0; i < count; i++) {
      int unused = System.identityHashCode(new Object());
    }
  }

  /** Standard input ends with the process that waits for this one. */
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is sent.
      }
    } catch (IOException e) {
      // The same.
    }
    Runtime.getRuntime().halt(PARENT_ENDED);
  }
}
