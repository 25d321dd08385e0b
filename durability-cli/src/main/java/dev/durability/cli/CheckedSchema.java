package dev.durability.cli;

import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.SchemaException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a codec makes of values that were written under one schema: of entries that follow each
 * other, or of a checkpoint. For one thread.
 */
final class CheckedSchema {
  private final Optional<Schema> schema;
  private final List<String> problems;
  private final @Nullable Decoder<?> decoder;
  private long firstId;
  private long lastId;
  private long entries;
  private long undecodable;
  private long firstUndecodableId;
  private @Nullable String failure;
  private @Nullable String lastFailure;

  private CheckedSchema(
      Optional<Schema> schema, @Nullable Decoder<?> decoder, List<String> problems) {
    this.schema = schema;
    this.decoder = decoder;
    this.problems = problems;
  }

  /** A schema that the codec reads, if the values are as they should be. */
  static CheckedSchema readBy(Optional<Schema> schema, Decoder<?> decoder) {
    return new CheckedSchema(schema, decoder, List.of());
  }

  /** A schema that the codec refuses. */
  static CheckedSchema refused(Optional<Schema> schema, SchemaException refused) {
    List<String> changes = refused.changes();
    return new CheckedSchema(
        schema, null, changes.isEmpty() ? List.of(Failures.line(refused)) : changes);
  }

  /** Decodes a value, if that can be tried at all; {@link #count} tells which one that was. */
  void decode(ByteBuffer in) {
    lastFailure = null;
    if (decoder != null) {
      try {
        Object unused = decoder.decode(in);
      } catch (Exception | StackOverflowError refused) { // Also what is not declared.
        lastFailure =
            refused.getMessage() == null
                ? refused.toString()
                : Failures.inOneLine(refused.getMessage());
      }
    }
  }

  /** The value that was decoded last is an entry, or the checkpoint that ends with it. */
  void count(long id) {
    beginsWith(id);
    lastId = id;
    entries++;
    if (lastFailure != null) {
      undecodable++;
      if (failure == null) {
        firstUndecodableId = id;
        failure = lastFailure;
      }
    }
  }

  /** The first entry that has the schema, as far as that is not known yet. */
  CheckedSchema beginsWith(long id) {
    firstId = firstId == 0 ? id : firstId;
    return this;
  }

  Optional<Schema> schema() {
    return schema;
  }

  /** Whether nothing was found that the codec cannot read. */
  boolean isRead() {
    return problems.isEmpty() && undecodable == 0;
  }

  /** Why the codec reads none of the values; empty if it reads their schema. */
  List<String> problems() {
    return problems;
  }

  long firstId() {
    return firstId;
  }

  /** The last of the values that were gone through, 0 if none was. */
  long lastId() {
    return lastId;
  }

  long entries() {
    return entries;
  }

  long undecodable() {
    return undecodable;
  }

  /** The first value that cannot be decoded, 0 if there is none. */
  long firstUndecodableId() {
    return firstUndecodableId;
  }

  /** Why it cannot be decoded. */
  @Nullable String failure() {
    return failure;
  }
}
