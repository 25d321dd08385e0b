package dev.durability.cli;

import dev.durability.checkpoint.CheckpointReader;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.SchemaException;
import dev.durability.log.CheckpointReference;
import dev.durability.log.SchemaRange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells whether a codec reads what is in a log. It reads, and changes nothing. */
final class SchemaCheck {
  private final SchemaSource source;

  SchemaCheck(SchemaSource source) {
    this.source = source;
  }

  /**
   * Checks.
   *
   * @param classes has the classes of the program that is going to read the log
   * @param entries its codec of entries, or null
   * @param checkpoints its codec of checkpoints, or null
   * @param decodes whether to decode values, and not only to compare schemas
   */
  SchemaCheckReport run(
      ClassLoader classes,
      @Nullable CodecReference entries,
      @Nullable CodecReference checkpoints,
      boolean decodes)
      throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(classes); // For libraries that look up services.
    try {
      List<CheckedSchema> ofEntries = List.of();
      if (entries != null) {
        Codec<?> codec = entries.load(classes);
        ofEntries = decodes ? entries(codec) : schemas(codec);
      }
      List<CheckpointReference> typed = new ArrayList<>();
      List<String> streams = new ArrayList<>();
      sort(typed, streams);
      Map<String, CheckedSchema> ofCheckpoints = Map.of();
      List<String> unchecked = List.of();
      if (checkpoints != null) {
        ofCheckpoints = checkpoints(typed, checkpoints.load(classes), decodes);
      } else {
        unchecked = typed.stream().map(CheckpointReference::path).toList();
      }
      return new SchemaCheckReport(ofEntries, ofCheckpoints, unchecked, streams, decodes);
    } catch (LinkageError e) {
      throw CodecReference.incomplete(e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Asks a codec whether it reads the schemas of the entries, and decodes none of these. */
  private List<CheckedSchema> schemas(Codec<?> codec) throws IOException {
    List<CheckedSchema> checked = new ArrayList<>();
    for (SchemaRange range : source.schemas()) {
      checked.add(ofEntries(codec, range.schema()).beginsWith(range.firstEntryId()));
    }
    return checked;
  }

  /** Decodes all entries that the log holds; what is made of each schema, in their order. */
  private List<CheckedSchema> entries(Codec<?> codec) throws IOException {
    List<CheckedSchema> checked = new ArrayList<>();
    Checking entries =
        new Checking() {
          @Override
          CheckedSchema check(Optional<Schema> written) {
            checked.add(ofEntries(codec, written)); // Asked once for each change of the schema.
            return checked.get(checked.size() - 1);
          }
        };
    source.replay(entries, CheckedSchema::count);
    return checked;
  }

  /** Reads checkpoints that have a schema. */
  private Map<String, CheckedSchema> checkpoints(
      List<CheckpointReference> typed, Codec<?> codec, boolean decodes) throws IOException {
    Checking values =
        new Checking() {
          @Override
          CheckedSchema check(Optional<Schema> written) {
            return ofValues(codec, written);
          }
        };
    Map<String, CheckedSchema> checked = new LinkedHashMap<>();
    for (CheckpointReference each : typed) {
      CheckedSchema schema;
      if (decodes) {
        schema =
            Checkpoints.in(source.directory(), Clock.systemUTC())
                .read(each.path(), new WholeValue(values));
        schema.count(each.lastEntryId());
      } else {
        schema = ofValues(codec, schema(each)).beginsWith(each.lastEntryId());
      }
      checked.put(each.path(), schema);
    }
    return checked;
  }

  /**
   * Sorts the checkpoints that the log knows of and that are there, the one that contains most
   * first.
   *
   * @param typed gets those that have a schema
   * @param streams gets the paths of the others: no codec knows how to read them
   */
  private void sort(List<CheckpointReference> typed, List<String> streams) throws IOException {
    for (CheckpointReference each : source.checkpoints()) {
      if (each.path().isEmpty()) {
        continue;
      }
      try {
        if (schema(each).isPresent()) {
          typed.add(each);
        } else {
          streams.add(each.path());
        }
      } catch (NoSuchFileException removedMeanwhile) {
        // Or before, by whoever looks after its path.
      }
    }
  }

  private Optional<Schema> schema(CheckpointReference checkpoint) throws IOException {
    try (CheckpointReader reader = CheckpointReader.open(source.directory(), checkpoint.path())) {
      return reader.schema();
    }
  }

  /** Opening a log to write it asks more than reading it. */
  private static CheckedSchema ofEntries(Codec<?> codec, Optional<Schema> written) {
    return written.isPresent() && codec.schema().isEmpty()
        ? CheckedSchema.refused(
            written,
            new SchemaException(
                "the entries have a schema, and the codec has none, so that it is refused when the"
                    + " log is opened",
                List.of()))
        : ofValues(codec, written);
  }

  private static CheckedSchema ofValues(Codec<?> codec, Optional<Schema> written) {
    try {
      return CheckedSchema.readBy(written, codec.decoderOf(written));
    } catch (SchemaException refused) {
      return CheckedSchema.refused(written, refused);
    }
  }

  /** Reads a checkpoint that is one value, whatever its schema. */
  private record WholeValue(Checking values) implements Checkpoints.Parser<CheckedSchema> {
    @Override
    public CheckedSchema readFrom(InputStream in) throws IOException {
      return readFrom(in, Optional.empty());
    }

    @Override
    public CheckedSchema readFrom(InputStream in, Optional<Schema> written) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes()).asReadOnlyBuffer();
      return values.decoderOf(written).decode(bytes.order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  /** Gives for each value what is known of its schema, which has decoded it. */
  private abstract static class Checking implements Codec<CheckedSchema> {
    abstract CheckedSchema check(Optional<Schema> written);

    @Override
    public Decoder<CheckedSchema> decoderOf(Optional<Schema> written) {
      CheckedSchema schema = check(written);
      return in -> {
        schema.decode(in);
        return schema;
      };
    }

    @Override
    public CheckedSchema decode(ByteBuffer in) throws IOException {
      throw new DurabilityException("values are decoded by their schema");
    }

    @Override
    public void encode(CheckedSchema value, OutputStream out) throws IOException {
      throw new DurabilityException("nothing is written");
    }
  }
}
