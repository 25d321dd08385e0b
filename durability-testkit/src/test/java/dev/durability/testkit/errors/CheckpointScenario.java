package dev.durability.testkit.errors;

import dev.durability.checkpoint.CheckpointReader;
import dev.durability.checkpoint.CheckpointWriter;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.errors.Calls.Kind;
import dev.durability.testkit.errors.Calls.Step;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A checkpoint that is written in pieces and takes the place of another: what threw an Error is
 * called again, on the same writer. Either that goes on as if nothing had been, or the writer
 * refuses, and another one writes it from the start. The reader the same.
 */
final class CheckpointScenario implements Scenario {
  private static final String PATH = "kept/there.ckpt";
  private static final UUID LOG = new UUID(1, 2);
  private static final int ATTEMPTS = 3;
  private static final byte[] OLD = filled(40, 3);

  /** The third fills the chunk of 1 MiB, and half another. */
  private static final List<byte[]> PIECES =
      List.of(filled(100, 5), filled(1, 7), filled(1_600_000, 11), filled(9, 13));

  private static final byte[] NEW = joined();

  @Override
  public void run() {
    CrashDirectory disk = new CrashDirectory();
    OpenFiles files = new OpenFiles(disk);
    try {
      try (CheckpointWriter writer = create(disk)) {
        writer.write(OLD);
        long unused = writer.commit();
      }
      Crew crew = new Crew();
      crew.start("caller who writes", () -> write(files, disk));
      crew.await();
      require(Arrays.equals(read(disk), NEW), "what was written is not there");
      require(Arrays.equals(read(disk.copy().afterPowerLoss(1)), NEW), "it was not durable");
      require(disk.list("kept").size() == 1, "temporaries are left: " + disk.list("kept"));
      crew.start("caller who reads", () -> readInSteps(files));
      crew.await();
      files.requireNone();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("what was written cannot be read", e);
    }
  }

  private static CheckpointWriter create(Directory directory) throws IOException {
    return CheckpointWriter.create(directory, PATH, LOG, 7, Clock.systemUTC());
  }

  private static void write(Directory directory, CrashDirectory disk) throws Exception {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (isWritten(directory)) {
        return;
      }
      byte[] there = read(disk);
      require(Arrays.equals(there, OLD) || Arrays.equals(there, NEW), "neither old nor new");
    }
    throw new AssertionError("writing it was refused again and again");
  }

  /** Whether all calls returned. */
  private static boolean isWritten(Directory directory) throws Exception {
    AtomicReference<CheckpointWriter> created = new AtomicReference<>();
    try {
      ThinStack.run(Kind.OPEN, () -> created.set(create(directory)));
    } catch (Error e) {
      requirePlanted(e);
      return false;
    }
    CheckpointWriter writer = created.get();
    boolean written = true;
    for (byte[] piece : PIECES) {
      written &=
          isDone(
              Kind.APPEND,
              piece.length == 1 ? () -> writer.write(piece[0]) : () -> writer.write(piece));
    }
    written &= isDone(Kind.SYNC, () -> require(writer.commit() == NEW.length, "another size"));
    close(writer);
    return written;
  }

  /** Whether a step returned, or did so when it was called again after an Error. */
  private static boolean isDone(Kind kind, Step step) throws Exception {
    try {
      try {
        ThinStack.run(kind, step);
      } catch (Error e) {
        requirePlanted(e);
        step.run();
      }
      return true;
    } catch (IOException refused) {
      require(Calls.isCausedByTheError(refused), "refused without a reason: " + refused);
      return false;
    }
  }

  private static byte[] read(Directory directory) throws IOException {
    try (CheckpointReader reader = CheckpointReader.open(directory, PATH)) {
      return reader.readAllBytes();
    }
  }

  private static void readInSteps(Directory directory) throws Exception {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      if (isReadInSteps(directory, read)) {
        require(Arrays.equals(read.toByteArray(), NEW), "read something else");
        return;
      }
    }
    throw new AssertionError("reading it was refused again and again");
  }

  private static boolean isReadInSteps(Directory directory, ByteArrayOutputStream read)
      throws Exception {
    AtomicReference<CheckpointReader> opened = new AtomicReference<>();
    try {
      ThinStack.run(Kind.OPEN, () -> opened.set(CheckpointReader.open(directory, PATH)));
    } catch (Error e) {
      requirePlanted(e);
      return false;
    }
    CheckpointReader reader = opened.get();
    boolean all = isDone(Kind.READ, () -> read.write(reader.read()));
    byte[] some = new byte[300_000];
    int[] count = new int[1];
    while (all && count[0] >= 0) {
      all = isDone(Kind.READ, () -> count[0] = reader.read(some, 0, some.length));
      read.write(some, 0, Math.max(0, count[0]));
    }
    close(reader);
    return all;
  }

  private static void close(Closeable file) throws Exception {
    try {
      ThinStack.run(Kind.CLOSE, file::close);
    } catch (Error e) {
      requirePlanted(e);
      file.close();
    }
  }

  private static void requirePlanted(Error e) {
    if (!Calls.isCausedByTheError(e)) {
      throw e;
    }
  }

  private static void require(boolean condition, String otherwise) {
    Calls.require(condition, () -> otherwise);
  }

  private static byte[] filled(int size, int factor) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * factor + (i >> 10));
    }
    return bytes;
  }

  private static byte[] joined() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    PIECES.forEach(all::writeBytes);
    return all.toByteArray();
  }
}
