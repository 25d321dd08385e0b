package dev.durability.benchmarks.store;

import dev.durability.codec.Codecs;
import dev.durability.micrometer.DurabilityMetrics;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The log of this project with its metrics, or the same without them. */
public final class WatchedLog implements Store {
  private final @Nullable DurabilityMetrics metrics;
  private @Nullable FsDirectory directory;
  private @Nullable WalWriter<byte[]> log;
  private Promise promise = Promise.DURABLE;

  private WatchedLog(@Nullable DurabilityMetrics metrics) {
    this.metrics = metrics;
  }

  /** {@return a log with an observer, whose meters are in a registry} */
  public static WatchedLog withMetrics() {
    DurabilityMetrics metrics = new DurabilityMetrics("measured");
    metrics.bindTo(new SimpleMeterRegistry());
    return new WatchedLog(metrics);
  }

  /** {@return a log without an observer} */
  public static WatchedLog withoutMetrics() {
    return new WatchedLog(null);
  }

  @Override
  public String name() {
    return metrics == null ? "durability, without metrics" : "durability, with metrics";
  }

  @Override
  public String guarantee(Promise wanted) {
    return wanted == Promise.DURABLE ? "durable when it returns" : "none until flush or sync";
  }

  @Override
  public void open(Path where, Promise wanted) throws IOException {
    promise = wanted;
    FsDirectory opened = FsDirectory.open(where);
    directory = opened;
    WalOptions.Builder options =
        WalOptions.builder().observer(metrics == null ? WalObserver.NONE : metrics);
    if (wanted == Promise.UNSYNCED) {
      options.flushPolicy(FlushPolicy.manual());
    }
    WalWriter<byte[]> writer = WalWriter.open(opened, Codecs.bytes(), options.build());
    log = writer;
    if (metrics != null) {
      metrics.watch(writer);
    }
  }

  @Override
  public void append(byte[] payload) throws IOException {
    if (promise == Promise.DURABLE) {
      log().appendDurable(payload);
    } else {
      log().append(payload);
    }
  }

  @Override
  public void flush() throws IOException {
    log().flush();
  }

  @Override
  public long replay() throws Exception {
    SummingCodec sum = new SummingCodec();
    WalReader.of(Objects.requireNonNull(directory), sum)
        .replay(WalReplay.START, Long.MAX_VALUE, sum);
    return sum.sum();
  }

  @Override
  public void settle() throws IOException {
    log().sync();
  }

  private WalWriter<byte[]> log() {
    return Objects.requireNonNull(log, "opened");
  }

  @Override
  public void close() throws IOException {
    log().close();
  }
}
