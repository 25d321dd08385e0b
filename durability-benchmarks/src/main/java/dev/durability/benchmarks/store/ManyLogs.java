package dev.durability.benchmarks.store;

import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Logs of this project, side by side on one disk. Each thread that appends gets the next one. */
public final class ManyLogs implements Store {
  private final int count;
  private final List<WalWriter<byte[]>> logs = new ArrayList<>();
  private final AtomicInteger threads = new AtomicInteger();
  private final ThreadLocal<WalWriter<byte[]>> ofThread = ThreadLocal.withInitial(this::next);

  /**
   * Makes logs with the default options.
   *
   * @param count how many
   */
  public ManyLogs(int count) {
    this.count = count;
  }

  private WalWriter<byte[]> next() {
    return logs.get(threads.getAndIncrement() % count);
  }

  @Override
  public String name() {
    return "durability, " + count + (count == 1 ? " log" : " logs");
  }

  @Override
  public String guarantee(Promise wanted) {
    return "durable: written and fdatasync'ed before it returns";
  }

  @Override
  public void open(Path directory, Promise wanted) throws Exception {
    for (int i = 0; i < count; i++) {
      FsDirectory own = FsDirectory.open(directory.resolve("log-" + i));
      logs.add(WalWriter.open(own, Codecs.bytes(), WalOptions.defaults()));
    }
  }

  @Override
  public void append(byte[] payload) throws Exception {
    ofThread.get().appendDurable(payload);
  }

  @Override
  public void settle() throws Exception {
    for (WalWriter<byte[]> log : logs) {
      log.sync();
    }
  }

  @Override
  public long replay() {
    throw new UnsupportedOperationException("only appends to many logs are measured");
  }

  @Override
  public void close() throws IOException {
    for (WalWriter<byte[]> log : logs) {
      log.close();
    }
    logs.clear();
  }
}
