package dev.durability.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records, and finds each event with its fields. */
@Timeout(600)
class JfrObserverTest {
  private final FaultDirectory directory = new FaultDirectory(new MemoryDirectory());
  @TempDir Path files;

  private interface Body {
    void run() throws Exception;
  }

  /** Runs something while a recording is made; returns the events of this library. */
  private List<RecordedEvent> recorded(Body body) throws Exception {
    return recorded(body, new Recording());
  }

  private List<RecordedEvent> recorded(Body body, Recording made) throws Exception {
    Path file = files.resolve("recording.jfr");
    try (Recording recording = made) {
      recording.start();
      body.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(e -> e.getEventType().getName().startsWith("dev.durability."))
        .toList();
  }

  private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
    return events.stream()
        .filter(e -> e.getEventType().getName().equals("dev.durability." + name))
        .toList();
  }

  private static WalOptions options(WalObserver observer) {
    return WalOptions.builder()
        .segmentBytes(4096)
        .bufferBytes(4096)
        .flushPolicy(FlushPolicy.manual())
        .observer(observer)
        .build();
  }

  private static WalWriter<String> open(Directory directory) throws IOException {
    return WalWriter.open(directory, Codecs.utf8(), options(new JfrObserver("orders")));
  }

  @Test
  void logEmitsSyncsRotationsTruncationsAndRecoveries() throws Exception {
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (WalWriter<String> log = open(directory)) {
                log.append("a");
                log.append("b");
                log.sync();
                log.appendCheckpoint(2, "");
                assertThat(log.truncate(2)).hasSize(1);
              }
            });
    RecordedEvent sync = of(events, "Sync").get(0);
    assertThat(sync.getString("log")).isEqualTo("orders");
    assertThat(sync.getLong("lastId")).isEqualTo(2);
    assertThat(sync.getLong("entries")).isEqualTo(2);
    assertThat(sync.getLong("bytes")).isEqualTo(48);
    assertThat(sync.getDuration("took")).isPositive();
    assertThat(sync.getStackTrace()).isNull();
    assertThat(of(events, "Rotation"))
        .singleElement()
        .satisfies(
            rotation -> {
              assertThat(rotation.getString("log")).isEqualTo("orders");
              assertThat(rotation.getLong("firstId")).isEqualTo(1);
              assertThat(rotation.getLong("lastId")).isEqualTo(2);
              assertThat(rotation.getString("file")).startsWith("wal/");
            });
    assertThat(of(events, "Truncation"))
        .singleElement()
        .satisfies(
            truncation -> {
              assertThat(truncation.getString("log")).isEqualTo("orders");
              assertThat(truncation.getInt("segments")).isEqualTo(1);
              assertThat(truncation.getLong("lastId")).isEqualTo(2);
            });
    assertThat(of(events, "Recovery"))
        .singleElement()
        .satisfies(
            recovery -> {
              assertThat(recovery.getString("log")).isEqualTo("orders");
              assertThat(recovery.getString("verdict")).isEqualTo("CLEAN");
              assertThat(recovery.getString("reason")).isNull();
              assertThat(recovery.getLong("lastId")).isZero();
              assertThat(recovery.getInt("segments")).isZero();
              assertThat(recovery.getDuration("took")).isPositive();
            });
  }

  @Test
  void recordingThatAsksForNoSyncsHasTheOtherEvents() throws Exception {
    Recording recording = new Recording();
    recording.disable("dev.durability.Sync");
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (WalWriter<String> log = open(directory)) {
                log.appendDurable("a");
              }
            },
            recording);
    assertThat(of(events, "Sync")).isEmpty();
    assertThat(of(events, "Recovery")).hasSize(1);
  }

  @Test
  void logThatIsPoisonedSaysSoOnce() throws Exception {
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (WalWriter<String> log = open(directory)) {
                directory.inject(Fault.of(Operation.SYNC_FILE));
                assertThatThrownBy(() -> log.appendDurable("a"))
                    .isInstanceOf(WriterPoisonedException.class);
                assertThatThrownBy(() -> log.append("b"))
                    .isInstanceOf(WriterPoisonedException.class);
              } catch (WriterPoisonedException ofClosing) {
                assertThat(ofClosing).isNotNull();
              }
            });
    assertThat(of(events, "Poisoned"))
        .singleElement()
        .satisfies(
            poisoned -> {
              assertThat(poisoned.getString("log")).isEqualTo("orders");
              assertThat(poisoned.getString("cause")).isNotEmpty();
            });
  }

  @Test
  void stateEmitsCheckpointsAndThoseThatFail() throws Exception {
    Texts texts = new Texts();
    List<RecordedEvent> events =
        recorded(
            () -> {
              try (var state =
                  DurableState.open(
                      directory,
                      Codecs.utf8(),
                      texts,
                      CheckpointPolicy.manual().everyEntries(2),
                      options(new JfrObserver("orders").andThen(texts)))) {
                state.update("a");
                state.checkpoint();
                texts.fails = true;
                state.update("b");
                state.update("c");
                texts.failed.await();
              }
            });
    assertThat(of(events, "Checkpoint"))
        .singleElement()
        .satisfies(
            checkpoint -> {
              assertThat(checkpoint.getString("log")).isEqualTo("orders");
              assertThat(checkpoint.getString("path")).startsWith("checkpoints/");
              assertThat(checkpoint.getLong("lastId")).isEqualTo(1);
              assertThat(checkpoint.getLong("bytes")).isEqualTo(1);
              assertThat(checkpoint.getDuration("took")).isPositive();
            });
    assertThat(of(events, "CheckpointFailed"))
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.getString("log")).isEqualTo("orders");
              assertThat(failed.getString("cause")).contains("no room for it");
            });
  }

  /** The state is all texts, one after the other. */
  private static final class Texts implements StateMachine<String, String>, WalObserver {
    private final CountDownLatch failed = new CountDownLatch(1);
    private volatile boolean fails;

    @Override
    public void onCheckpointFailed(Throwable cause) {
      failed.countDown();
    }

    @Override
    public String initial() {
      return "";
    }

    @Override
    public String apply(String state, String entry) {
      return state + entry;
    }

    @Override
    public String snapshot(String state) {
      return state;
    }

    @Override
    public void write(String state, OutputStream out) throws IOException {
      if (fails) {
        throw new IOException("no room for it");
      }
      out.write(state.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String read(InputStream in) throws IOException {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
