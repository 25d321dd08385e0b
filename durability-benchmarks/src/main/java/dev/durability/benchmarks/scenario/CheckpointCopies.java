package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Role;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Writes or reads a checkpoint, one MiB at a time. */
final class CheckpointCopies extends Contestant {
  private static final String NAME = "state.ckpt";
  private static final int MEBIBYTE = 1 << 20;

  private final boolean writes;
  private final byte[] content;
  private final long mebibytes;
  private @Nullable FsDirectory directory;

  CheckpointCopies(boolean writes, byte[] content, long mebibytes) {
    super(
        "durability",
        Role.OURS,
        writes ? "durable under its name at the end" : "each byte was checked before it is seen");
    this.writes = writes;
    this.content = content.clone();
    this.mebibytes = mebibytes;
  }

  @Override
  public void open(Path where) throws Exception {
    directory = FsDirectory.open(where);
    if (!writes) {
      write();
    }
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    long start = System.nanoTime();
    if (writes) {
      write();
    } else {
      read();
    }
    return System.nanoTime() - start;
  }

  private Checkpoints checkpoints() {
    return Checkpoints.in(Objects.requireNonNull(directory), Clock.systemUTC());
  }

  private void write() throws IOException {
    checkpoints()
        .writeAlone(
            NAME,
            out -> {
              for (long i = 0; i < mebibytes; i++) {
                out.write(content);
              }
            });
  }

  private void read() throws IOException {
    long bytes =
        checkpoints()
            .read(
                NAME,
                in -> {
                  long total = 0;
                  for (int read = in.read(content); read >= 0; read = in.read(content)) {
                    total += read;
                  }
                  return total;
                });
    if (bytes != mebibytes * MEBIBYTE) {
      throw new IOException("the checkpoint has " + bytes + " bytes, not " + mebibytes + " MiB");
    }
  }

  @Override
  public void settle() throws Exception {
    if (writes) {
      checkpoints().delete(NAME);
    }
  }

  @Override
  public double unitsPerOperation() {
    return MEBIBYTE / 1e6;
  }

  @Override
  public long fixedOperations() {
    return mebibytes;
  }

  @Override
  public void close() {}
}
