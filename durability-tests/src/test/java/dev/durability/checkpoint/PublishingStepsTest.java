package dev.durability.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.storage.CountedDisk;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Publishing, step by step: their order, a failure and a loss of power at each. */
class PublishingStepsTest extends PublishingFixture {
  @Test
  void nothingIsDeletedBeforeCheckpointAndMarkerAreDurable() throws IOException {
    // Without a spare, each segment is known by its own name from the start.
    WalOptions options = small().flushPolicy(FlushPolicy.manual()).preallocatedBytesMax(0).build();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options)) {
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, CLOCK, log);
      for (int i = 0; i < 2; i++) {
        append(log, 30);
        PublishResult result = publishAll(publisher, log);
        assertThat(result.removedCheckpoints()).isEmpty();
        assertThat(result.removedSegments()).as("publish " + i).hasSize(i == 0 ? 0 : 3);
      }
      append(log, 3);
      List<String> steps = Collections.synchronizedList(new ArrayList<>());
      directory.before((operation, path) -> steps.add(operation + " " + path));

      PublishResult result = publishAll(publisher, log);

      String checkpoint = result.path();
      int logSynced = first(steps, 0, "SYNC_FILE wal/0.*");
      int written = first(steps, logSynced, "SYNC_FILE " + checkpoint + ".*\\.tmp");
      int renamed = first(steps, written, "RENAME " + checkpoint + ".*\\.tmp");
      int named = first(steps, renamed, "SYNC_DIRECTORY checkpoints");
      int marked = first(steps, named, "SYNC_FILE wal/0.*");
      int deleted = first(steps, 0, "DELETE .*");
      assertThat(deleted).as(steps.toString()).isGreaterThan(marked);
      List<String> deletes = steps.stream().filter(s -> s.startsWith("DELETE")).toList();
      List<String> expected = new ArrayList<>();
      result.removedCheckpoints().forEach(path -> expected.add("DELETE " + path));
      result.removedSegments().forEach(segment -> expected.add("DELETE " + segment.file()));
      assertThat(deletes).isEqualTo(expected).hasSizeGreaterThan(2);
      assertThat(result.removedSegments())
          .extracting(SegmentRange::segmentId)
          .isSorted()
          .doesNotHaveDuplicates();
      first(steps, steps.lastIndexOf(deletes.get(deletes.size() - 1)), "SYNC_DIRECTORY wal");
      assertThat(Checkpoints.in(disk, CLOCK).list()).hasSize(2);
    }
    assertThat(recover(disk).state()).isEqualTo(appended);
  }

  private static int first(List<String> steps, int from, String pattern) {
    for (int i = from; i < steps.size(); i++) {
      if (steps.get(i).matches(pattern)) {
        return i;
      }
    }
    throw new AssertionError(pattern + " does not come after step " + from + " of " + steps);
  }

  @Tag("slow")
  @Test
  void afterAFailureOfAnyStepTheStateIsRightAndPublishingCanBeTriedAgain() throws IOException {
    List<BiFunction<Operation, Fault, Fault>> kinds =
        List.of(
            (operation, fault) -> fault,
            (operation, fault) -> operation == Operation.WRITE ? fault.shortWrite(7) : fault,
            (operation, fault) -> fault.afterEffect());
    for (int kind = 0; kind < kinds.size(); kind++) {
      boolean reached = true;
      for (int nth = 1; reached; nth++) {
        reached = publishFailingAt(nth, kinds.get(kind), "kind=" + kind + " nth=" + nth);
        assertThat(nth).isLessThan(200);
      }
    }
  }

  private boolean publishFailingAt(int nth, BiFunction<Operation, Fault, Fault> kind, String which)
      throws IOException {
    appended.clear();
    MemoryDirectory under = new MemoryDirectory();
    FaultDirectory failing = new FaultDirectory(under);
    AtomicInteger steps = new AtomicInteger(Integer.MIN_VALUE);
    List<Operation> failed = Collections.synchronizedList(new ArrayList<>());
    failing.before(
        (operation, path) -> {
          if (steps.incrementAndGet() == nth) {
            failed.add(operation);
            failing.inject(kind.apply(operation, Fault.of(operation).on(path::equals)));
          }
        });
    WalWriter<String> log = open(failing);
    CheckpointPublisher publisher = CheckpointPublisher.of(failing, CLOCK, log);
    for (int i = 0; i < 3; i++) {
      append(log, 12);
      publishAll(publisher, log);
    }
    append(log, 12);
    steps.set(0);
    try {
      publishAll(publisher, log);
    } catch (IOException expected) {
      assertThat(failing.injected()).as(which + " " + expected).isPositive();
    }
    steps.set(Integer.MIN_VALUE);
    failing.heal();
    // An unacknowledged entry may be lost to a failed sync, but here every entry is in the file.
    assertThat(recover(under).state()).as(which + " " + failed).isEqualTo(appended);
    try {
      publishAll(publisher, log);
      append(log, 1);
      log.close();
    } catch (WriterPoisonedException poisoned) {
      closeQuietly(log);
      log = open(failing);
      publishAll(CheckpointPublisher.of(failing, CLOCK, log), log);
      append(log, 1);
      log.close();
    }
    assertThat(recover(under).state()).as(which + " " + failed).isEqualTo(appended);
    assertThat(WalMaintenance.verify(under).verdict()).as(which).isEqualTo(Verdict.CLEAN);
    assertThat(Checkpoints.in(under, CLOCK).list()).as(which + " " + failed).hasSize(2);
    return !failed.isEmpty();
  }

  /**
   * Closing a poisoned log throws if an entry or a marker in it is not durable, and gives it up
   * anyway.
   */
  private static void closeQuietly(WalWriter<?> poisoned) throws IOException {
    try {
      poisoned.close();
      assertThat(poisoned.lastDurableId()).isEqualTo(poisoned.lastAppendedId());
    } catch (WriterPoisonedException e) {
      assertThat(e).hasStackTraceContaining("injected");
    }
  }

  @Tag("slow")
  @Test
  void afterPowerLossAtAnyStepWhatWasAcknowledgedIsThere() throws IOException {
    for (int seed = 0; seed < 3; seed++) {
      boolean died = true;
      for (int nth = 1; died; nth++) {
        died = publishDyingAt(nth, seed * 1000L + nth);
        assertThat(nth).isLessThan(200);
      }
    }
  }

  private boolean publishDyingAt(int nth, long seed) throws IOException {
    appended.clear();
    CountedDisk machine = new CountedDisk(seed);
    WalWriter<String> log = open(machine);
    CheckpointPublisher publisher = CheckpointPublisher.of(machine, CLOCK, log).keeping(1);
    append(log, 12);
    publishAll(publisher, log);
    append(log, 12);
    log.sync();
    boolean died = false;
    machine.dieAt(nth);
    try {
      publishAll(publisher, log);
    } catch (IOException expected) {
      died = true;
    }
    CountedDisk after = machine.afterPowerLoss();
    String which = "seed=" + seed + " nth=" + nth;
    assertThat(recover(after).state()).as(which).isEqualTo(appended);
    try (WalWriter<String> again = open(after)) {
      publishAll(CheckpointPublisher.of(after, CLOCK, again).keeping(1), again);
    }
    assertThat(recover(after).state()).as(which).isEqualTo(appended);
    assertThat(Checkpoints.in(after, CLOCK).list()).as(which).hasSize(1);
    assertThat(after.list("checkpoints")).as(which).hasSize(1);
    return died;
  }
}
