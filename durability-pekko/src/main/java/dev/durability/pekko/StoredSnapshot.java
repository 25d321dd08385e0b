package dev.durability.pekko;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as its file holds it: the payload of a checkpoint that belongs to no log.
 *
 * <pre>{@code
 * persistence id, sequence number, milliseconds since 1970,
 * 0, or 1 and metadata: serializer id (signed), manifest, bytes,
 * snapshot: bytes that Pekko's serializer of snapshots wrote, to the end
 * }</pre>
 */
final class StoredSnapshot implements Checkpoints.Content {
  private static final Optional<Schema> SCHEMA =
      Optional.of(
          Schema.of(
              "application/vnd.durability.pekko-snapshot",
              "1".getBytes(StandardCharsets.US_ASCII)));

  private final String persistenceId;
  private final SnapshotName name;
  private final @Nullable Payload metadata;
  private final byte[] snapshot;

  StoredSnapshot(
      String persistenceId, SnapshotName name, @Nullable Payload metadata, byte[] snapshot) {
    this.persistenceId = persistenceId;
    this.name = name;
    this.metadata = metadata;
    this.snapshot = snapshot;
  }

  String persistenceId() {
    return persistenceId;
  }

  SnapshotName name() {
    return name;
  }

  @Nullable Payload metadata() {
    return metadata;
  }

  byte[] snapshot() {
    return snapshot;
  }

  @Override
  public Optional<Schema> schema() {
    return SCHEMA;
  }

  @Override
  public void writeTo(OutputStream stream) throws IOException {
    ByteWriter out = new ByteWriter(stream);
    out.text(persistenceId);
    out.number(name.sequenceNr());
    out.number(name.timestampMillis());
    out.one(metadata == null ? 0 : 1);
    if (metadata != null) {
      out.signed(metadata.serializerId());
      out.text(metadata.manifest());
      out.bytes(metadata.bytes());
    }
    out.bytes(snapshot);
  }

  /** Reads a snapshot. */
  static final class Parser implements Checkpoints.Parser<StoredSnapshot> {
    @Override
    public StoredSnapshot readFrom(InputStream in) throws IOException {
      return readFrom(in, Optional.empty());
    }

    @Override
    public StoredSnapshot readFrom(InputStream stream, Optional<Schema> written)
        throws IOException {
      if (!SCHEMA.equals(written)) {
        throw new SchemaException(
            "this is not a snapshot in a version that is known ("
                + written.map(Schema::toString).orElse("it has no schema")
                + "): use the version of durability-pekko that wrote it",
            List.of());
      }
      ByteReader in = new ByteReader(ByteBuffer.wrap(stream.readAllBytes()));
      String persistenceId = in.text();
      SnapshotName name = new SnapshotName(in.number(), in.number());
      Payload metadata = null;
      if (in.one() != 0) {
        long serializerId = in.signed();
        metadata = new Payload((int) serializerId, in.text(), in.bytes());
      }
      StoredSnapshot snapshot = new StoredSnapshot(persistenceId, name, metadata, in.bytes());
      in.requireEnd();
      return snapshot;
    }
  }

  /**
   * Checks that the file is the one that was looked for.
   *
   * @throws CodecException if it was renamed, or belongs to another id
   */
  StoredSnapshot require(String wantedId, SnapshotName wanted) throws CodecException {
    if (!persistenceId.equals(wantedId) || !name.equals(wanted)) {
      throw new CodecException(
          "the file of snapshot "
              + wanted.sequenceNr()
              + " of "
              + wantedId
              + " holds snapshot "
              + name.sequenceNr()
              + " of "
              + persistenceId
              + ": move it back to its place");
    }
    return this;
  }
}
