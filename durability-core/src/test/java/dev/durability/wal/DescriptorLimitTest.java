package dev.durability.wal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.log.SegmentRange;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that has no descriptor left for a while: what has not touched the disk is tried again,
 * and nothing is poisoned. In a child JVM with a limit of its own.
 */
@SuppressWarnings("try") // Descriptors that are taken are only held.
@Tag("slow")
class DescriptorLimitTest {
  private static final int FREE_MAX = 4;

  @TempDir Path root;

  @Test
  @Timeout(value = 600, unit = TimeUnit.SECONDS)
  void whileThereIsNoDescriptorNothingIsPoisonedAndThenAllGoesOn() throws Exception {
    boolean hasShell = Files.isExecutable(Path.of("/bin/sh"));
    if (!hasShell) {
      System.out.println("DescriptorLimitTest skipped: no /bin/sh whose ulimit could be set");
    }
    assumeTrue(hasShell, "no /bin/sh");
    Process child =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -n 200 && exec \"$@\"",
                "sh",
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                DescriptorLimitTest.class.getName(),
                root.toString())
            .redirectErrorStream(true)
            .start();
    try {
      List<String> lines = child.inputReader(UTF_8).lines().toList();
      assertThat(child.waitFor()).as(String.join("\n", lines)).isZero();
      assertThat(lines).anyMatch(line -> line.startsWith("ok"));
      lines.forEach(System.out::println);
    } finally {
      child.destroyForcibly();
    }
  }

  // ---- the child

  /** Takes all descriptors but some, until it is closed. */
  private static final class Exhaustion implements AutoCloseable {
    private final Deque<InputStream> taken = new ArrayDeque<>();

    private final int free;

    Exhaustion(int free) throws IOException {
      this.free = free;
      takeAll();
    }

    /** Takes what was given back since, too: a segment that ended has closed its file. */
    void takeAll() throws IOException {
      try {
        while (true) {
          taken.push(new FileInputStream("/dev/null"));
        }
      } catch (FileNotFoundException tooManyOpenFiles) {
        for (int i = 0; i < free; i++) {
          taken.pop().close();
        }
      }
    }

    @Override
    public void close() throws IOException {
      for (InputStream each : taken) {
        each.close();
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    loadAllClasses();
    Path root = Path.of(arguments[0]);
    log(FsDirectory.open(root.resolve("log")));
    recordLog(FsDirectory.open(root.resolve("records")));
    state(FsDirectory.open(root.resolve("state")));
  }

  /** To load a class takes a descriptor, where it is not in an archive that is open already. */
  private static void loadAllClasses() throws Exception {
    Path classes =
        Path.of(WalWriter.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> all = Files.walk(classes)) {
      for (Path each : all.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(each).toString().replace('/', '.');
        if (name.startsWith("dev.")) {
          Class<?> unused = Class.forName(name.substring(0, name.length() - ".class".length()));
        }
      }
    }
  }

  private static void log(Directory directory) throws IOException {
    Map<Long, String> acknowledged = new HashMap<>();
    int open = 0;
    try (WalWriter<String> log = Logs.open(directory)) {
      acknowledged.put(log.appendDurable("first"), "first");
      for (int free = 0; free <= FREE_MAX; free++) {
        try (Exhaustion exhaustion = new Exhaustion(free)) {
          for (int i = 0; i < 12; i++) {
            exhaustion.takeAll();
            String entry = free + "." + i + "x".repeat(1_500);
            try {
              acknowledged.put(log.appendDurable(entry), entry);
            } catch (OutcomeOpenException e) {
              open++;
            }
          }
          try {
            List<SegmentRange> unusedRanges = log.truncate(0);
            unusedRanges = log.truncate(1);
          } catch (OutcomeOpenException e) {
            open++;
          }
        }
        log.sync();
        String after = "after " + free;
        acknowledged.put(log.appendDurable(after), after);
      }
    }
    Map<Long, String> found = new HashMap<>();
    WalReader.of(directory, Codecs.utf8()).replay(WalReplay.START, Long.MAX_VALUE, found::put);
    acknowledged.keySet().removeIf(id -> id <= 1); // Truncated.
    assertThat(found).containsAllEntriesOf(acknowledged);
    assertThat(open).as("outcomes that were left open").isPositive();
    System.out.println(
        "ok: " + acknowledged.size() + " entries acknowledged, " + open + " outcomes open");
  }

  private static void recordLog(Directory directory) throws IOException {
    List<String> all = new ArrayList<>();
    try (RecordLogWriter<String> log = RecordLogWriter.open(directory, "log", Codecs.utf8())) {
      try (Exhaustion unused = new Exhaustion(0)) {
        for (int i = 0; i < 10; i++) {
          String record = i + "x".repeat(20_000);
          log.append(record);
          long unusedId = log.sync();
          all.add(record);
        }
      }
    }
    assertThat(RecordLogReader.of(directory, "log", Codecs.utf8()).list()).isEqualTo(all);
  }

  private static void state(Directory directory) throws IOException {
    long expected = 0;
    try (DurableState<Long, Long> state = open(directory)) {
      for (int free = 0; free <= FREE_MAX; free++) {
        state.update(1L);
        expected++;
        try (Exhaustion unused = new Exhaustion(free)) {
          for (int i = 0; i < 3; i++) {
            state.update(10L); // No new segment is needed for it.
            expected += 10;
          }
          tryToCheckpoint(state);
          tryToCheckpoint(state);
        }
        state.sync();
        state.checkpoint();
        assertThat(state.<Long>read(sum -> sum)).isEqualTo(expected);
      }
    }
    try (DurableState<Long, Long> state = open(directory)) {
      assertThat(state.<Long>read(sum -> sum)).isEqualTo(expected);
    }
  }

  private static void tryToCheckpoint(DurableState<Long, Long> state) {
    try {
      state.checkpoint();
    } catch (IOException noDescriptor) {
      // It is tried again below.
      assertThat(noDescriptor).isNotNull();
    }
  }

  private static DurableState<Long, Long> open(Directory directory) throws IOException {
    return DurableState.open(
        directory, Codecs.longs(), new Sum(), CheckpointPolicy.manual(), WalOptions.defaults());
  }

  private static final class Sum implements StateMachine<Long, Long> {
    @Override
    public Long initial() {
      return 0L;
    }

    @Override
    public Long apply(Long sum, Long entry) {
      return sum + entry;
    }

    @Override
    public Long snapshot(Long sum) {
      return sum;
    }

    @Override
    public void write(Long sum, OutputStream out) throws IOException {
      new DataOutputStream(out).writeLong(sum);
    }

    @Override
    public Long read(InputStream in) throws IOException {
      return new DataInputStream(in).readLong();
    }
  }
}
