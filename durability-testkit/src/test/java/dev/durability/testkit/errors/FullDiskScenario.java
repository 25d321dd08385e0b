package dev.durability.testkit.errors;

import dev.durability.storage.Directory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The log of {@link LogScenario}, on a disk on which every third write finds no room. */
final class FullDiskScenario extends LogScenario {
  private static final int EVERY = 3;

  @Override
  OneLog life(int number, Found before) {
    return new OnFullDisk(options(number), "" + number, before);
  }

  private static final class OnFullDisk extends OneLog {
    private @Nullable FaultDirectory full;

    OnFullDisk(WalOptions options, String name, Found before) {
      super(options, name, before);
    }

    @Override
    void open(Directory directory) throws IOException {
      FaultDirectory faults = new FaultDirectory(directory);
      super.open(faults);
      full = faults;
    }

    @Override
    void use() throws Exception {
      if (full != null) {
        full.inject(Fault.of(Fault.Operation.WRITE).every(EVERY).noSpace());
        super.use();
        full.heal();
      }
    }
  }
}
