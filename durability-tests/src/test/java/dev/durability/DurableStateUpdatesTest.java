package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Updates, conditional ones and readings, while nothing fails. */
class DurableStateUpdatesTest extends DurableStateFixture {

  @Test
  void readerNeverSeesAnUpdateBeforeItIsSynced() throws Exception {
    try (var state = open()) {
      state.update("a");
      CountDownLatch syncing = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      AtomicBoolean armed = new AtomicBoolean(true);
      directory.before(
          (operation, path) -> {
            if (operation == Operation.SYNC_FILE && armed.compareAndSet(true, false)) {
              syncing.countDown();
              await(go);
            }
          });
      Future<Long> update = threads.submit(() -> state.update("b"));
      await(syncing);
      assertThat(all(state)).containsExactly("a");
      assertThat(state.lastAppliedId()).isEqualTo(1);
      assertThat(update.isDone()).isFalse();
      go.countDown();
      assertThat(update.get()).isEqualTo(2);
      assertThat(all(state)).containsExactly("a", "b");
    }
  }

  @Test
  void conditionalUpdatesDecideOneAfterTheOtherAmongOtherUpdates() throws Exception {
    try (var state = open()) {
      List<Future<?>> workers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String name = "noise " + t + " ";
        workers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 40; i++) {
                    state.updateIf(s -> Optional.of("count " + count(s)));
                    var unused = state.updateAsync(name + i);
                  }
                  return null;
                }));
      }
      for (Future<?> each : workers) {
        each.get();
      }
      state.sync();
      List<String> counts = all(state).stream().filter(e -> e.startsWith("count")).toList();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 160; i++) {
        expected.add("count " + i);
      }
      assertThat(counts).isEqualTo(expected);
      assertThat(all(state)).hasSize(320);
      for (int t = 0; t < 4; t++) {
        String name = "noise " + t + " ";
        List<String> noise = all(state).stream().filter(e -> e.startsWith(name)).toList();
        for (int i = 0; i < 40; i++) {
          assertThat(noise.get(i)).isEqualTo(name + i);
        }
      }
    }
  }

  @Test
  void noUpdateComesBetweenADecisionAndItsEntry() throws Exception {
    try (var state = open()) {
      List<Future<?>> workers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        boolean decides = t < 2;
        workers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    if (decides) {
                      var unused = state.updateIf(s -> Optional.of("after " + s.size()));
                    } else {
                      var unused = state.update("other");
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : workers) {
        each.get();
      }
      List<String> all = all(state);
      assertThat(all).hasSize(800);
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i)).isIn("other", "after " + i);
      }
    }
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it looks at what threads do.
  void updateThatComesDuringADecisionComesAfterIt() throws Exception {
    try (var state = open()) {
      CountDownLatch go = new CountDownLatch(1);
      CountDownLatch deciding = new CountDownLatch(1);
      Future<OptionalLong> decision =
          threads.submit(
              () ->
                  state.updateIf(
                      s -> {
                        deciding.countDown();
                        await(go);
                        return Optional.of("decided");
                      }));
      await(deciding);
      FutureTask<Long> update = new FutureTask<>(() -> state.update("other"));
      Thread updating = new Thread(update);
      updating.start();
      while (updating.getState() != Thread.State.WAITING) {
        Thread.yield();
      }
      go.countDown();
      assertThat(decision.get().getAsLong()).isEqualTo(1);
      assertThat(update.get()).isEqualTo(2);
      assertThat(all(state)).containsExactly("decided", "other");
    }
  }

  private static long count(List<String> state) {
    return state.stream().filter(e -> e.startsWith("count")).count();
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // Yields while it looks at what threads do.
  void decisionsThatChangeNothingShareTheSyncThatTheyWaitFor() throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger syncs = new AtomicInteger();
    try (var state = open()) {
      directory.before(
          (operation, path) -> {
            if (operation == Operation.SYNC_FILE && path.endsWith(".wal")) {
              syncs.incrementAndGet();
              syncing.countDown();
              await(go);
            }
          });
      Future<Long> update = threads.submit(() -> state.update("a"));
      await(syncing);
      List<FutureTask<OptionalLong>> decisions = new ArrayList<>();
      List<Thread> deciders = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        FutureTask<OptionalLong> decision =
            new FutureTask<>(
                () -> state.updateIf(s -> s.isEmpty() ? Optional.of("b") : Optional.empty()));
        decisions.add(decision);
        deciders.add(new Thread(decision));
        deciders.get(i).start();
      }
      while (!deciders.stream().allMatch(each -> each.getState() == Thread.State.WAITING)) {
        Thread.yield();
      }
      go.countDown();
      assertThat(update.get()).isEqualTo(1);
      for (FutureTask<OptionalLong> each : decisions) {
        assertThat(each.get()).as("it saw the update that was pending").isEmpty();
      }
      assertThat(syncs).hasValue(1);
    }
  }

  @Test
  void decisionThatThrowsOrDeclinesChangesNothing() throws IOException {
    try (var state = open()) {
      state.update("a");
      IllegalStateException mine = new IllegalStateException("mine");
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  state.updateIf(
                      s -> {
                        throw mine;
                      }))
          .isSameAs(mine);
      assertThat(state.updateIf(s -> Optional.empty())).isEmpty();
      assertThat(state.updateIf(s -> Optional.of(s.get(0) + "b")).getAsLong()).isEqualTo(2);
      assertThat(all(state)).containsExactly("a", "ab");
    }
  }

  @Test
  void entryThatCannotBeEncodedChangesNothing() throws IOException {
    Codec<String> picky =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) throws IOException {
            out.write(1);
            if (value.equals("no")) {
              throw new CodecException("no", null);
            }
            Codecs.utf8().encode(value, out);
          }

          @Override
          public String decode(ByteBuffer in) throws IOException {
            in.get();
            return Codecs.utf8().decode(in);
          }
        };
    WalOptions options = WalOptions.builder().entryBytesMax(100).build();
    try (var state =
        DurableState.open(directory, picky, machine, CheckpointPolicy.manual(), options)) {
      state.update("a");
      assertThatExceptionOfType(CodecException.class).isThrownBy(() -> state.update("no"));
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> state.updateIf(s -> Optional.of("no")));
      assertThatIllegalArgumentException().isThrownBy(() -> state.update("x".repeat(100)));
      assertThatIllegalArgumentException().isThrownBy(() -> state.updateAsync("x".repeat(100)));
      assertThat(state.update("b")).isEqualTo(2);
      assertThat(all(state)).containsExactly("a", "b");
    }
  }

  @Test
  void interruptsNeitherStopTheStateNorLoseAnUpdate() throws Exception {
    try (var state = open(directory, CheckpointPolicy.manual().everyEntries(30))) {
      List<Thread> workers = new ArrayList<>();
      List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
      AtomicReference<Throwable> failure = new AtomicReference<>();
      for (int t = 0; t < 3; t++) {
        String name = "t" + t + " ";
        Thread worker =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < 100; i++) {
                      String entry = name + i;
                      if (i % 3 == 0) {
                        state.updateIf(s -> Optional.of(entry));
                      } else {
                        state.update(entry);
                      }
                      acknowledged.add(entry);
                    }
                  } catch (IOException | RuntimeException e) {
                    failure.set(e);
                  }
                });
        worker.start();
        workers.add(worker);
      }
      while (workers.stream().anyMatch(Thread::isAlive)) {
        workers.forEach(Thread::interrupt);
        Thread.onSpinWait();
      }
      assertThat(failure.get()).isNull();
      assertThat(acknowledged).hasSize(300);
      assertThat(all(state)).containsExactlyInAnyOrderElementsOf(acknowledged);
    }
  }

  @Test
  void aDecisionThatIsNullChangesNothingAndSaysWhatToReturn() throws IOException {
    try (DurableState<List<String>, String> state = open()) {
      assertThatNullPointerException()
          .isThrownBy(() -> state.updateIf(s -> null))
          .withMessageContaining("updateIf returned null; nothing was appended")
          .withMessageContaining("Optional.empty()");
      assertThat(state.update("a")).isEqualTo(1);
    }
  }
}
