package dev.durability.modulepath;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.segmentindex.SegmentIndexEntry;
import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexRecovery;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Path;

/** Keeps an index, and prints what comes back. In no package of a module, so that it finds both. */
final class IndexProgram {
  private IndexProgram() {}

  public static void main(String[] args) throws IOException {
    FsDirectory directory = FsDirectory.open(Path.of(args[0]));
    try (var index =
        DurableState.open(
            directory,
            SegmentIndexEntry.codec(),
            SegmentIndexRecovery.machine(),
            CheckpointPolicy.manual(),
            WalOptions.defaults())) {
      index.update(new AddSegment(1, 100));
      index.checkpoint();
      index.update(new AddSegment(2, 50));
    }
    var recovered = SegmentIndexRecovery.recover(directory, RecoveryOptions.latest());
    System.out.print(
        SegmentIndexRecovery.class.getModule() + " " + recovered.state().liveSegments());
  }
}
