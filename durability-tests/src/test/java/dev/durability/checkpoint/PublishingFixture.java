package dev.durability.checkpoint;

import dev.durability.codec.Codecs;
import dev.durability.recovery.History;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** A log whose entries are known, and checkpoints of them. */
abstract class PublishingFixture {
  static final Clock CLOCK = Clock.systemUTC();
  static final History MACHINE = new History();

  final MemoryDirectory disk = new MemoryDirectory();
  final FaultDirectory directory = new FaultDirectory(disk);

  /** What was appended: entry n is the nth. */
  final List<String> appended = new ArrayList<>();

  static WalOptions.Builder small() {
    return WalOptions.builder().segmentBytes(4096).bufferBytes(4096);
  }

  static WalWriter<String> open(Directory where) throws IOException {
    return WalWriter.open(where, Codecs.utf8(), small().build());
  }

  final long append(WalWriter<String> log, int count) throws IOException {
    long id = 0;
    for (int i = 0; i < count; i++) {
      String entry = "entry " + appended.size() + " " + "x".repeat(300);
      id = log.append(entry);
      appended.add(entry);
    }
    return id;
  }

  final PublishResult publishAll(CheckpointPublisher publisher, WalWriter<String> log)
      throws IOException {
    List<String> state = List.copyOf(appended);
    return publisher.publish(log.lastAppendedId(), out -> MACHINE.write(state, out));
  }

  static Recovery<List<String>> recover(Directory where) throws IOException {
    return Recoverer.of(where, Codecs.utf8(), MACHINE).recover(RecoveryOptions.latest());
  }
}
