package dev.durability.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;
import org.eclipse.store.storage.embedded.types.EmbeddedStorageManager;

/** Values in an array of arrays that EclipseStore keeps, and loads when it starts. */
final class EclipseKept implements Kept {
  private static final int VALUE_BYTES = 128;

  @Override
  public String name() {
    return "EclipseStore";
  }

  @Override
  public String opening() {
    return "the values are in memory, loaded when it starts";
  }

  @Override
  public void fill(Path directory, int count) throws Exception {
    stop(EclipseFiles.start(directory, new byte[count][VALUE_BYTES], false));
  }

  @Override
  public Opened open(Path directory) throws Exception {
    EmbeddedStorageManager storage = EclipseFiles.start(directory, null, false);
    return new Opened() {
      @Override
      public long count() {
        return ((byte[][]) storage.root()).length;
      }

      @Override
      public void close() throws IOException {
        stop(storage);
      }
    };
  }

  private static void stop(EmbeddedStorageManager storage) throws IOException {
    if (!storage.shutdown()) {
      throw new IOException("EclipseStore did not shut down");
    }
  }
}
