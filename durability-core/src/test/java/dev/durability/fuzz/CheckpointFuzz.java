package dev.durability.fuzz;

import dev.durability.checkpoint.CheckpointReader;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.format.DocumentedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Any file of a checkpoint: read to the end exactly when the page calls it whole. */
public final class CheckpointFuzz {
  private static final String PATH = "checkpoints/any";

  private CheckpointFuzz() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    Heap.bounded(MeteredDirectory.HEAP_BYTES_MAX, () -> judge(input));
  }

  private static void judge(byte[] input) throws IOException {
    Map<String, byte[]> files = Map.of(PATH, CheckpointDraft.bytes(input));
    MeteredDirectory directory = MeteredDirectory.of(files);
    Path place = Scratch.with(files);
    DocumentedReader.@Nullable Checkpoint page = null;
    boolean otherVersion = false;
    try {
      page = DocumentedReader.readCheckpoint(place.resolve(PATH));
    } catch (DocumentedReader.OtherVersion e) {
      otherVersion = true;
    }
    try (CheckpointReader reader = CheckpointReader.open(directory, PATH)) {
      byte[] payload = reader.readAllBytes();
      Checks.that(
          page != null && Arrays.equals(payload, page.payload()),
          "read " + payload.length + " bytes, and the page says otherwise");
    } catch (CorruptLogException refused) {
      Checks.that(page == null && !otherVersion, "refused, " + refused);
    } catch (FormatException refused) {
      Checks.that(otherVersion, "refused, " + refused);
    }
    directory.assertCheap("reading");
  }
}
