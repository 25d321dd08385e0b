package dev.durability;

import dev.durability.AppliedState.Snapshot;
import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.PublishResult;
import dev.durability.recovery.StateMachine;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;

/** Writes the state as a checkpoint and truncates the log, one checkpoint after the other. */
final class Publishing<S> {
  private final StateMachine<S, ?> machine;
  private final CheckpointPublisher publisher;
  private final AppliedState<S, ?> applied;
  private final Updates<S, ?> updates;
  private final BackgroundCheckpoints background;
  private final StackSafeLock lock = new StackSafeLock();

  Publishing(
      StateMachine<S, ?> machine,
      CheckpointPublisher publisher,
      AppliedState<S, ?> applied,
      Updates<S, ?> updates,
      BackgroundCheckpoints background) {
    this.machine = machine;
    this.publisher = publisher;
    this.applied = applied;
    this.updates = updates;
    this.background = background;
  }

  /**
   * Works during closing, too, which waits for a checkpoint that is due. A closed log refuses it.
   */
  PublishResult publish() throws IOException {
    return alone(this::publishAlone);
  }

  private PublishResult publishAlone() throws IOException {
    Snapshot<S> snapshot = applied.snapshot();
    PublishResult result =
        publisher.publish(snapshot.lastEntryId(), new StateWriting<>(machine, snapshot));
    background.checkpointWritten(snapshot.lastEntryId(), snapshot.progress());
    updates.applyDurable(
        0); // The marker's sync made earlier updates durable, including those of open outcome.
    return result;
  }

  /** Runs something while no checkpoint is written by another thread. */
  <R> R alone(Guard.Body<R> body) throws IOException {
    return Guard.with(lock, body);
  }

  void refuseWithin(String what) {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "this thread is writing a checkpoint, and "
              + what
              + " would wait for it: return from writing it first, or use another thread");
    }
  }
}
