package dev.durability.cli.bench;

import dev.durability.codec.Codec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Reads all entries of a log, over and over, from the page cache. */
final class Replay implements Subject {
  private final ReadLog log;

  Replay(ReadLog log) {
    this.log = log;
  }

  @Override
  public String name() {
    return "replay";
  }

  @Override
  public String title() {
    return "replay, from the page cache";
  }

  @Override
  public Work run(Slice slice) throws IOException {
    long start = System.nanoTime();
    long operations = 0;
    do {
      Sum sum = new Sum();
      WalReader.of(FsDirectory.open(log.directory()), sum)
          .replay(WalReplay.START, Long.MAX_VALUE, (id, entry) -> {});
      if (sum.sum != log.sum()) {
        throw new IOException("the replay gave entries other than those appended");
      }
      operations += log.entries();
    } while (!slice.isOver());
    return new Work(operations, System.nanoTime() - start);
  }

  @Override
  public void settle() {}

  @Override
  public void close() {}

  /** Adds up the numbers that entries begin with, and makes no objects. For one thread. */
  private static final class Sum implements Codec<Sum> {
    private long sum;

    @Override
    public void encode(Sum value, OutputStream out) throws IOException {
      throw new IOException("this codec only reads");
    }

    @Override
    public Sum decode(ByteBuffer in) {
      sum += in.getLong();
      return this;
    }
  }
}
