package dev.durability;

import dev.durability.AppliedState.Snapshot;
import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.PublishResult;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.StateMachine;
import dev.durability.threads.StackSafeLock;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Writes the state as a checkpoint and truncates the log, one checkpoint after the other. */
final class Publishing<S> {
  private final StateMachine<S, ?> machine;
  private final CheckpointPublisher publisher;
  private final AppliedState<S, ?> applied;
  private final Updates<S, ?> updates;
  private final BackgroundCheckpoints background;
  private final StackSafeLock lock;
  private boolean ended;

  Publishing(
      StateMachine<S, ?> machine,
      CheckpointPublisher publisher,
      AppliedState<S, ?> applied,
      Updates<S, ?> updates,
      BackgroundCheckpoints background,
      StackSafeLock lock) {
    this.machine = machine;
    this.publisher = publisher;
    this.applied = applied;
    this.updates = updates;
    this.background = background;
    this.lock = lock;
  }

  /** Works until {@link #end}, and in the checkpoints that closing waits for. */
  PublishResult publish() throws IOException {
    try {
      return Guard.with(lock, this::publishAlone);
    } finally {
      updates.completeSettled();
    }
  }

  private PublishResult publishAlone() throws IOException {
    if (ended) {
      throw new DurabilityException("the state is closed; open it again");
    }
    Snapshot<S> snapshot = applied.snapshot();
    PublishResult result =
        publisher.publish(snapshot.lastEntryId(), new StateWriting<>(machine, snapshot));
    background.checkpointWritten(snapshot.lastEntryId(), snapshot.progress());
    updates.applyDurable(
        0); // The marker's sync made earlier updates durable, including those of open outcome.
    return result;
  }

  /**
   * Waits for the checkpoint that is being written, and writes the last one. From then on none is
   * written.
   *
   * @param isWanted whether to write it, asked once no other is being written
   */
  void end(BooleanSupplier isWanted) throws IOException {
    try {
      boolean unused = Guard.with(lock, () -> endAlone(isWanted));
    } finally {
      updates.completeSettled();
    }
  }

  private boolean endAlone(BooleanSupplier isWanted) throws IOException {
    try {
      if (!ended && isWanted.getAsBoolean()) {
        PublishResult unused = publishAlone();
      }
      return true;
    } finally {
      ended = true;
    }
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
