package dev.durability.callbacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codecs;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A log: appends, futures, a full disk, a checkpoint, readings. */
final class LogLife extends Life {
  private @Nullable WalWriter<String> log;
  private @Nullable CheckpointPublisher publisher;
  volatile @Nullable CompletableFuture<Long> sibling;

  LogLife(Hook hook) {
    super(hook);
  }

  WalWriter<String> log() {
    WalWriter<String> opened = log;
    if (opened == null) {
      throw new IllegalStateException("not open yet");
    }
    return opened;
  }

  @Override
  void open() throws IOException {
    try (var earlier = WalWriter.open(disk, Codecs.utf8(), SMALL.build())) {
      earlier.appendDurable("earlier");
    }
    WalWriter<String> opened =
        WalWriter.open(
            directory,
            new HookedCodec(),
            options(),
            new WalReplay<>() {
              @Override
              public long fromId() {
                hook.at("replay fromId");
                return START;
              }

              @Override
              public void entry(long id, String entry) {
                hook.at("replay entry");
              }
            });
    log = opened;
    publisher = CheckpointPublisher.of(directory, new HookedClock(), opened).keeping(1);
  }

  @Override
  List<Step> steps() {
    return List.of(this::durable, this::futures, this::fullDisk, this::checkpoint, this::read);
  }

  private void durable() throws IOException {
    for (int bytes : new int[] {10, 1_500, 1_500, 1_500, 10}) {
      String entry = entry(bytes);
      log().appendDurable(entry);
      acknowledged.add(entry);
    }
    List<String> batch = List.of(entry(10), entry(10));
    log().appendBatch(batch);
    log().sync();
    acknowledged.addAll(batch);
  }

  private void futures() throws Exception {
    CompletableFuture<Long> first = followed(entry -> log().appendAsync(entry));
    sibling = log().appendAsync(entry(10));
    end(first);
    end(sibling);
  }

  private void fullDisk() throws Exception {
    directory.fillUpAfter(0);
    try {
      CompletableFuture<Long> first = followed(entry -> log().appendAsync(entry));
      sibling = log().appendAsync(entry(10));
      end(first);
      end(sibling);
    } finally {
      directory.makeRoom();
    }
    log().sync();
  }

  private void checkpoint() throws IOException {
    publish();
    String entry = entry(10);
    log().appendDurable(entry);
    acknowledged.add(entry);
  }

  void publish() throws IOException {
    long through = log().lastAppendedId();
    CheckpointPublisher own = publisher;
    if (own == null) {
      throw new IllegalStateException("not open yet");
    }
    own.publish(
        through,
        out -> {
          hook.at("content");
          out.write(1);
        });
  }

  private void read() throws IOException {
    List<?> unused = WalReader.of(directory, new HookedCodec()).readAll();
  }

  @Override
  void close() throws IOException {
    log().close();
  }

  @Override
  List<String> reopened() throws IOException {
    // What a checkpoint covers is not in the log any more.
    try (var again = WalWriter.open(disk, Codecs.utf8(), SMALL.build())) {
      long first = WalMaintenance.firstEntryId(disk);
      List<String> there = new ArrayList<>(acknowledged);
      if (first == 1) {
        there.clear();
      }
      WalReader.of(disk, Codecs.utf8())
          .replay(first, Long.MAX_VALUE, (id, entry) -> there.add(entry));
      assertThat(again.lastDurableId()).isEqualTo(again.lastAppendedId());
      return there;
    }
  }
}
