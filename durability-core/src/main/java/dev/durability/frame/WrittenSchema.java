package dev.durability.frame;

import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The schema under which the entries of a file were written, as far as the file was gone over.
 * While it stays the same, {@link #now} returns the same object, also from one file to the next.
 */
public final class WrittenSchema {
  private Optional<Schema> now = Optional.empty();
  private Optional<Schema> last = Optional.empty();

  /** Begins a file: nothing is known of its entries. */
  public void beginFile() {
    now = Optional.empty();
  }

  /**
   * Goes back to a place in the file.
   *
   * @param then what {@link #now} returned there
   */
  public void goBackTo(Optional<Schema> then) {
    now = then;
  }

  /**
   * A SCHEMA was stepped over.
   *
   * @throws IOException if the file cannot be read
   */
  public void pass(FrameRun run) throws IOException {
    Schema found = SchemaPayload.decode(run.payload());
    if (last.isEmpty() || !last.get().equals(found)) {
      last = Optional.of(found);
    }
    now = last;
  }

  /**
   * Goes over what stands before the first entry of a file.
   *
   * @throws IOException if the file cannot be read
   */
  public void passPreamble(FrameRun run) throws IOException {
    FrameRun.Step step;
    do {
      step = run.nextOfPreamble();
      if (step == FrameRun.Step.SCHEMA) {
        pass(run);
      }
    } while (step != FrameRun.Step.STOP);
  }

  /**
   * Refuses a codec that cannot read the entries that come next, or has no schema to tell its own
   * entries from them.
   *
   * @param codec is going to read these, and to write others after them
   * @param place where they are, for the message
   * @throws SchemaException if it does not fit
   */
  public void requireFit(Codec<?> codec, String place) throws SchemaException {
    if (now.isPresent() && codec.schema().isEmpty()) {
      throw new SchemaException(
          place
              + ": the entries have a schema ("
              + now.get()
              + "), and the codec has none, so whoever reads the log could not tell the new entries"
              + " from the others: open it with the codec that wrote it",
          List.of());
    }
    try {
      var unused = codec.decoderOf(now);
    } catch (SchemaException refused) {
      throw refused.at(place);
    }
  }

  /**
   * Refuses the codec of another program. Any version of the one that wrote the file is let pass:
   * there is nothing left for it to misread, and the version before may have to come back.
   *
   * @param codec is going to write entries
   * @param place where they are, for the message
   * @throws SchemaException if it has no schema, or one of another kind and does not read this one
   */
  public void requireSameProgram(Codec<?> codec, String place) throws SchemaException {
    Optional<String> kind = now.map(Schema::mediaType);
    if (now.isPresent() && !codec.schema().map(Schema::mediaType).equals(kind)) {
      requireFit(codec, place);
    }
  }

  /** {@return the schema of the entries that come next, empty if none stands before them} */
  public Optional<Schema> now() {
    return now;
  }
}
