package dev.durability.pekko;

import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an entry. Numbers have 7 bits per byte, the lowest first; text and payloads have
 * their length in front.
 *
 * <pre>{@code
 * write    1, persistence id, count, events
 * delete   2, persistence id, to sequence number
 * carried  3, id of the old entry, persistence id, count, events
 * event    flags
 *          [sequence number]       unless it is that of the event before, plus 1
 *          milliseconds since the event before, or since 1970, signed
 *          [writer uuid]           unless it is that of the event before: 16 bytes, or text
 *          [adapter's manifest]
 *          payload                 serializer id (signed), manifest, bytes
 *          [metadata]              the same
 *          [count, tags]
 * }</pre>
 */
final class EntryCodec implements Codec<Entry> {
  static final String MEDIA_TYPE = "application/vnd.durability.pekko-journal";

  private static final Schema SCHEMA =
      Schema.of(MEDIA_TYPE, "1".getBytes(StandardCharsets.US_ASCII));

  private static final int WRITE = 1;
  private static final int DELETE = 2;
  private static final int CARRIED = 3;

  private static final int HAS_NUMBER = 1;
  private static final int HAS_WRITER = 2;
  private static final int WRITER_IS_TEXT = 4;
  private static final int HAS_MANIFEST = 8;
  private static final int HAS_METADATA = 16;
  private static final int HAS_TAGS = 32;
  private static final int FLAGS = 63;

  @Override
  public Optional<Schema> schema() {
    return Optional.of(SCHEMA);
  }

  @Override
  public void encode(Entry entry, OutputStream stream) throws IOException {
    ByteWriter out = new ByteWriter(stream);
    if (entry instanceof Entry.Write write) {
      out.one(WRITE);
      write(write, out);
    } else if (entry instanceof Entry.Delete delete) {
      out.one(DELETE);
      out.text(delete.persistenceId());
      out.number(delete.toSequenceNr());
    } else if (entry instanceof Entry.Carried carried) {
      out.one(CARRIED);
      out.number(carried.fromEntryId());
      write(carried.write(), out);
    }
  }

  private static void write(Entry.Write write, ByteWriter out) throws IOException {
    out.text(write.persistenceId());
    out.number(write.events().size());
    StoredEvent before = null;
    for (StoredEvent event : write.events()) {
      event(event, before, out);
      before = event;
    }
  }

  private static void event(StoredEvent event, @Nullable StoredEvent before, ByteWriter out)
      throws IOException {
    UUID writer = uuid(event.writerUuid());
    boolean hasNumber = before == null || event.sequenceNr() != before.sequenceNr() + 1;
    boolean hasWriter = before == null || !event.writerUuid().equals(before.writerUuid());
    out.one(
        (hasNumber ? HAS_NUMBER : 0)
            | (hasWriter ? HAS_WRITER : 0)
            | (hasWriter && writer == null ? WRITER_IS_TEXT : 0)
            | (event.manifest().isEmpty() ? 0 : HAS_MANIFEST)
            | (event.metadata() == null ? 0 : HAS_METADATA)
            | (event.tags().isEmpty() ? 0 : HAS_TAGS));
    if (hasNumber) {
      out.number(event.sequenceNr());
    }
    out.signed(event.timestampMillis() - (before == null ? 0 : before.timestampMillis()));
    if (hasWriter && writer != null) {
      half(writer.getMostSignificantBits(), out);
      half(writer.getLeastSignificantBits(), out);
    } else if (hasWriter) {
      out.text(event.writerUuid());
    }
    if (!event.manifest().isEmpty()) {
      out.text(event.manifest());
    }
    payload(event.payload(), out);
    if (event.metadata() != null) {
      payload(event.metadata(), out);
    }
    if (!event.tags().isEmpty()) {
      out.number(event.tags().size());
      for (String tag : event.tags()) {
        out.text(tag);
      }
    }
  }

  private static void half(long bits, ByteWriter out) throws IOException {
    for (int shift = 0; shift < 64; shift += 8) {
      out.one((int) (bits >>> shift));
    }
  }

  private static void payload(Payload payload, ByteWriter out) throws IOException {
    out.signed(payload.serializerId());
    out.text(payload.manifest());
    out.bytes(payload.bytes());
  }

  /** The UUID that text stands for, or null if its text would be another one. */
  private static @Nullable UUID uuid(String text) {
    if (text.length() != 36) {
      return null;
    }
    try {
      UUID uuid = UUID.fromString(text);
      return uuid.toString().equals(text) ? uuid : null;
    } catch (IllegalArgumentException none) {
      return null;
    }
  }

  @Override
  public Entry decode(ByteBuffer bytes) throws CodecException {
    ByteReader in = new ByteReader(bytes.order(ByteOrder.LITTLE_ENDIAN));
    int kind = in.one();
    Entry entry =
        switch (kind) {
          case WRITE -> readWrite(in);
          case DELETE -> new Entry.Delete(in.text(), in.number());
          case CARRIED -> new Entry.Carried(in.number(), readWrite(in));
          default -> throw ByteReader.broken("it is of the unknown kind " + kind);
        };
    in.requireEnd();
    return entry;
  }

  private static Entry.Write readWrite(ByteReader in) throws CodecException {
    String persistenceId = in.text();
    int count = in.count();
    if (count == 0) {
      throw ByteReader.broken("it has no events");
    }
    List<StoredEvent> events = new ArrayList<>();
    StoredEvent before = null;
    for (int i = 0; i < count; i++) {
      before = readEvent(before, in);
      events.add(before);
    }
    return new Entry.Write(persistenceId, List.copyOf(events));
  }

  private static StoredEvent readEvent(@Nullable StoredEvent before, ByteReader in)
      throws CodecException {
    int flags = in.one();
    int needed = before == null ? HAS_NUMBER | HAS_WRITER : 0;
    if ((flags & ~FLAGS) != 0 || (flags & needed) != needed) {
      throw ByteReader.broken("an event has the flags " + flags);
    }
    long sequenceNr =
        has(flags, HAS_NUMBER) || before == null ? in.number() : before.sequenceNr() + 1;
    long timestamp = in.signed() + (before == null ? 0 : before.timestampMillis());
    String writer;
    if (!has(flags, HAS_WRITER) && before != null) {
      writer = before.writerUuid();
    } else if (has(flags, WRITER_IS_TEXT)) {
      writer = in.text();
    } else {
      writer = new UUID(readHalf(in), readHalf(in)).toString();
    }
    String manifest = has(flags, HAS_MANIFEST) ? in.text() : "";
    Payload payload = readPayload(in);
    Payload metadata = has(flags, HAS_METADATA) ? readPayload(in) : null;
    return new StoredEvent(
        sequenceNr, writer, timestamp, manifest, payload, metadata, readTags(flags, in));
  }

  private static List<String> readTags(int flags, ByteReader in) throws CodecException {
    if (!has(flags, HAS_TAGS)) {
      return List.of();
    }
    List<String> tags = new ArrayList<>();
    for (int left = in.count(); left > 0; left--) {
      tags.add(in.text());
    }
    return List.copyOf(tags);
  }

  private static boolean has(int flags, int flag) {
    return (flags & flag) != 0;
  }

  private static long readHalf(ByteReader in) throws CodecException {
    long bits = 0;
    for (int shift = 0; shift < 64; shift += 8) {
      bits |= (long) in.one() << shift;
    }
    return bits;
  }

  private static Payload readPayload(ByteReader in) throws CodecException {
    long serializerId = in.signed();
    if (serializerId != (int) serializerId) {
      throw ByteReader.broken("it names the serializer " + serializerId);
    }
    return new Payload((int) serializerId, in.text(), in.bytes());
  }
}
