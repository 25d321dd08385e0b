package dev.durability;

import dev.durability.AppliedState.Snapshot;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.StateMachine;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a snapshot as the content of its checkpoint, and says where the machine failed. */
final class StateWriting<S> implements Checkpoints.Content {
  private final StateMachine<S, ?> machine;
  private final Snapshot<S> snapshot;

  StateWriting(StateMachine<S, ?> machine, Snapshot<S> snapshot) {
    this.machine = machine;
    this.snapshot = snapshot;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    Counted counted = new Counted(out);
    try {
      machine.write(snapshot.state(), counted);
    } catch (Throwable e) { // Including checked exceptions that write does not declare.
      IOException ofStorage = counted.failure;
      if (e == ofStorage) {
        throw ofStorage; // It already names the file and the offset.
      }
      String what =
          "writing the state as of entry "
              + snapshot.lastEntryId()
              + " to "
              + Checkpoints.pathOf(snapshot.lastEntryId())
              + " failed at offset "
              + counted.bytes
              + " of the payload ("
              + e
              + "). No checkpoint was made, and the log still has all entries";
      if (e instanceof Error error) {
        error.addSuppressed(new DurabilityException(what));
        throw error;
      }
      throw new DurabilityException(what, e);
    }
  }

  private static final class Counted extends OutputStream {
    private final OutputStream out;
    private long bytes;
    private @Nullable IOException failure;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      try {
        out.write(b);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
      bytes++;
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
      try {
        out.write(source, from, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
      bytes += length;
    }
  }
}
