package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.durability.checkpoint.CheckpointWriter;
import dev.durability.codec.Codecs;
import dev.durability.log.MarkerPosition;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.FsOptions;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.Callable;

/**
 * Does what it is told with a directory, and prints a line about each: what came of it, or the
 * class and the message of what was thrown.
 */
final class ReadingProcess {
  /** A name that an encoding of 7 bits does not have. */
  private static final String CHECKPOINT = "pr\u00fcf/stand.ckpt";

  private static final PrintStream OUT = new PrintStream(System.out, true, US_ASCII);

  private ReadingProcess() {}

  public static void main(String[] arguments) {
    Path root = Path.of(arguments[0]);
    for (String what : Arrays.asList(arguments).subList(1, arguments.length)) {
      say(what, () -> run(what, root));
    }
  }

  private static void say(String what, Callable<Object> call) {
    try {
      OUT.println(what + ": " + call.call());
    } catch (Exception e) {
      OUT.println(what + ": " + e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  private static Object run(String what, Path root) throws Exception {
    switch (what) {
      case "append" -> {
        return append(writable(root));
      }
      case "publish" -> {
        return publish(writable(root));
      }
      case "files" -> {
        return files(writable(root));
      }
      case "give" -> {
        return FsDirectory.open(root, FsOptions.builder().group("1").build()).list("");
      }
      default -> {
        return read(what, FsDirectory.openForReading(root));
      }
    }
  }

  private static Object read(String what, Directory directory) throws Exception {
    return switch (what) {
      case "verify" -> WalMaintenance.verify(directory).verdict();
      case "read" -> WalReader.of(directory, Codecs.longs()).readAll().size();
      case "recover" ->
          Recoverer.of(directory, Codecs.longs(), new Sum())
              .recover(RecoveryOptions.latest())
              .state();
      default -> throw new IllegalArgumentException(what);
    };
  }

  private static Directory writable(Path root) throws IOException {
    FsOptions options =
        FsOptions.builder()
            .fileMode(PosixFilePermissions.fromString("rw-rw----"))
            .warnings(message -> OUT.println("warning: " + message))
            .build();
    return FsDirectory.open(root, options);
  }

  private static long append(Directory directory) throws IOException {
    try (WalWriter<Long> log =
        WalWriter.open(
            directory, Codecs.longs(), WalOptions.builder().preallocatedBytesMax(0).build())) {
      return log.appendDurable(7L);
    }
  }

  /** Leaves a log that needs a checkpoint. */
  private static long publish(Directory directory) throws IOException {
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), WalOptions.defaults())) {
      long last = log.appendDurable(1L);
      directory.createDirectories(CHECKPOINT.substring(0, CHECKPOINT.indexOf('/')));
      try (CheckpointWriter checkpoint =
          CheckpointWriter.create(directory, CHECKPOINT, log.logId(), last, Clock.systemUTC())) {
        new Sum().write(1L, checkpoint);
        checkpoint.commit();
      }
      MarkerPosition unused = log.appendCheckpoint(last, CHECKPOINT);
      log.truncate(last);
      return last;
    }
  }

  private static String files(Directory directory) throws IOException {
    try (var file = directory.create("first", 0)) {
      for (int i = 0; i < 2; i++) {
        file.write(ByteBuffer.wrap(new byte[] {1}));
        file.sync();
      }
    }
    return "done";
  }

  private static final class Sum implements StateMachine<Long, Long> {
    @Override
    public Long initial() {
      return 0L;
    }

    @Override
    public Long apply(Long state, Long entry) {
      return state + entry;
    }

    @Override
    public Long snapshot(Long state) {
      return state;
    }

    @Override
    public void write(Long state, OutputStream out) throws IOException {
      out.write(ByteBuffer.allocate(Long.BYTES).putLong(state).array());
    }

    @Override
    public Long read(InputStream in) throws IOException {
      return ByteBuffer.wrap(in.readNBytes(Long.BYTES)).getLong();
    }
  }
}
