package dev.durability.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.errors.DurabilityException;
import dev.durability.wal.Await;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits for room in the queue looks again after each round. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class GroupCommitRoomTest extends GroupCommitFixture {
  /** A thread that waits for room; it ends once it was told that there may be some. */
  private Thread waiterForRoom() {
    Thread waiter =
        new Thread(
            () -> {
              commits.lock().lock();
              try {
                commits.awaitRoom(new Waiter.OfThread());
              } catch (DurabilityException e) {
                failures.add(e);
              } finally {
                commits.lock().unlock();
              }
            },
            "waits for room");
    waiter.setDaemon(true);
    waiter.start();
    Await.until("it waits", () -> waiter.getState() == Thread.State.WAITING);
    return waiter;
  }

  @Test
  void whoWaitsForRoomLooksAgainAfterTheRound() throws Exception {
    startCaller("a");
    target.awaitSync();
    Thread waiter = waiterForRoom();
    target.letSyncEnd();
    assertEnds(waiter);
    assertThat(failures).isEmpty();
  }

  @Test
  void whoNeedsRoomWhileNobodyWritesDoesSoItselfAndHasTheLockAfterwards() throws Exception {
    target.open();
    commits.lock().lock();
    try {
      commits.prepare();
      target.append();
      commits.awaitRoom(new Waiter.OfThread());
      assertThat(commits.lock().isHeldByCurrentThread()).isTrue();
    } finally {
      commits.lock().unlock();
    }
    assertThat(steps()).containsExactly("write 1-1");
    assertThat(target.flushes).as("nobody waits for a flush").isZero();
  }

  @Test
  void whatWasWrittenToMakeRoomIsFlushedForWhoeverWantsThat() throws Exception {
    target.open();
    Waiter.OfThread joined;
    commits.lock().lock();
    try {
      commits.prepare();
      target.append();
      commits.awaitRoom(new Waiter.OfThread());
      commits.prepare();
      joined = commits.join(new Waiter.OfThread(), false);
    } finally {
      commits.lock().unlock();
    }
    assertThat(joined).as("it is written, and not flushed").isNotNull();
    commits.await(joined);
    assertThat(steps()).containsExactly("write 1-1");
    assertThat(target.flushes).isEqualTo(1);
  }

  @Test
  void whatWasWrittenToMakeRoomIsFlushedOnceThatIsDue() throws Exception {
    GatedTarget flushed = new GatedTarget();
    flushed.open();
    GroupCommit intervals = new GroupCommit(flushed, 0, TimeUnit.MILLISECONDS.toNanos(1), () -> {});
    intervals.lock().lock();
    try {
      intervals.prepare();
      flushed.append();
      intervals.awaitRoom(new Waiter.OfThread());
    } finally {
      intervals.lock().unlock();
    }
    assertThat(flushed.flushes).isZero();
    Thread log = new Thread(intervals.logThreadTask(), LOG_THREAD);
    log.start();
    Await.until("it is flushed", () -> flushed.flushes == 1);
    intervals.close(() -> {}, () -> {});
    log.join();
  }

  @Test
  void whoWaitsForRoomIsToldAtOnceThatTheWriterFailed() throws Exception {
    startCaller("a");
    target.awaitSync();
    Thread waiter = waiterForRoom();
    commits.poison(new IOException("elsewhere"));
    assertEnds(waiter);
  }

  @Test
  void whoWaitsForRoomIsToldAtOnceThatAnErrorEndedTheWriter() throws Exception {
    startCaller("a");
    target.awaitSync();
    Thread waiter = waiterForRoom();
    commits.brokenOff(new Waiter.OfThread(), true, new OutOfMemoryError("planted"));
    assertEnds(waiter);
  }
}
