package dev.durability.pekko;

import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.SchemaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decodes the entries of a journal for programs that show logs. Payloads stay bytes: only the
 * serializers of the program that wrote them can read them.
 */
public final class JournalDecoder implements SchemaDecoder {

  /** Creates the decoder; {@link java.util.ServiceLoader} does so. */
  public JournalDecoder() {}

  @Override
  public boolean decodes(String mediaType) {
    return mediaType.equals(EntryCodec.MEDIA_TYPE);
  }

  @Override
  public Decoder<Object> decoderOf(Schema written) throws SchemaException {
    Decoder<Entry> decoder = new EntryCodec().decoderOf(Optional.of(written));
    return in -> shown(decoder.decode(in));
  }

  private static Object shown(Entry entry) {
    Map<String, Object> shown = new LinkedHashMap<>();
    if (entry instanceof Entry.Write write) {
      shown.put("write", shownWrite(write));
    } else if (entry instanceof Entry.Delete delete) {
      shown.put("delete", delete.persistenceId());
      shown.put("toSequenceNr", delete.toSequenceNr());
    } else if (entry instanceof Entry.Carried carried) {
      shown.put("carriedFrom", carried.fromEntryId());
      shown.put("write", shownWrite(carried.write()));
    }
    return shown;
  }

  private static Object shownWrite(Entry.Write write) {
    List<Object> events = new ArrayList<>();
    for (StoredEvent event : write.events()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("sequenceNr", event.sequenceNr());
      each.put("writerUuid", event.writerUuid());
      each.put("timestamp", event.timestampMillis());
      each.put("manifest", event.manifest());
      each.put("payload", shownPayload(event.payload()));
      each.put("metadata", Optional.ofNullable(event.metadata()).map(JournalDecoder::shownPayload));
      each.put("tags", event.tags());
      events.add(each);
    }
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("persistenceId", write.persistenceId());
    shown.put("events", events);
    return shown;
  }

  private static Object shownPayload(Payload payload) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("serializer", payload.serializerId());
    shown.put("manifest", payload.manifest());
    shown.put("bytes", payload.bytes());
    return shown;
  }
}
