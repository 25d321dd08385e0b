package dev.durability.pekko;

import java.io.NotSerializableException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.Actor;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.EventAdapters;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.Serialization$;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** Turns what Pekko passes into what the log holds, and back, with Pekko's serializers. */
final class Payloads {
  private final ExtendedActorSystem system;
  private final Serialization serialization;

  Payloads(ExtendedActorSystem system) {
    this.system = system;
    this.serialization = SerializationExtension.get(system);
  }

  /**
   * Serializes an atomic write.
   *
   * @throws NotSerializableException if there is no serializer for an event
   * @throws RuntimeException what a serializer throws
   */
  Entry.Write write(AtomicWrite atomic, long nowMillis) throws NotSerializableException {
    List<StoredEvent> events = new ArrayList<>();
    for (PersistentRepr each : CollectionConverters.asJava(atomic.payload())) {
      events.add(stored(each, nowMillis));
    }
    return new Entry.Write(atomic.persistenceId(), List.copyOf(events));
  }

  private StoredEvent stored(PersistentRepr repr, long nowMillis) throws NotSerializableException {
    Object event = repr.payload();
    List<String> tags = List.of();
    if (event instanceof Tagged tagged) {
      event = tagged.payload();
      tags = List.copyOf(CollectionConverters.asJava(tagged.tags()));
    }
    Option<Object> metadata = repr.metadata();
    return new StoredEvent(
        repr.sequenceNr(),
        repr.writerUuid(),
        nowMillis,
        repr.manifest(),
        payload(event),
        metadata.isEmpty() ? null : payload(metadata.get()),
        tags);
  }

  /** Serializes a value. */
  Payload payload(@Nullable Object value) throws NotSerializableException {
    if (value == null) {
      throw new NotSerializableException("null is neither an event nor a snapshot");
    }
    Serializer serializer = serialization.findSerializerFor(value);
    String manifest = Serializers.manifestFor(serializer, value);
    byte[] bytes =
        Serialization$.MODULE$.withTransportInformation(system, () -> serializer.toBinary(value));
    return new Payload(serializer.identifier(), manifest, bytes);
  }

  /** Deserializes an event. */
  PersistentRepr repr(String persistenceId, StoredEvent event) {
    PersistentRepr repr =
        PersistentRepr.apply(
                value(event.payload()),
                event.sequenceNr(),
                persistenceId,
                event.manifest(),
                false,
                Actor.noSender(),
                event.writerUuid())
            .withTimestamp(event.timestampMillis());
    Payload metadata = event.metadata();
    return metadata == null ? repr : repr.withMetadata(value(metadata));
  }

  /** Deserializes a value; throws what the serializer throws. */
  Object value(Payload payload) {
    return serialization
        .deserialize(payload.bytes(), payload.serializerId(), payload.manifest())
        .get();
  }

  /** Deserializes an event as queries give it: an adapter may make none of it, or several. */
  List<EventEnvelope> envelopes(String persistenceId, StoredEvent event, EventAdapters adapters) {
    Object payload = value(event.payload());
    Payload stored = event.metadata();
    Option<Object> metadata = stored == null ? Option.empty() : Option.apply(value(stored));
    List<EventEnvelope> envelopes = new ArrayList<>();
    for (Object adapted :
        CollectionConverters.asJava(
            adapters.get(payload.getClass()).fromJournal(payload, event.manifest()).events())) {
      envelopes.add(
          EventEnvelope.apply(
              Offset.sequence(event.sequenceNr()),
              persistenceId,
              event.sequenceNr(),
              adapted,
              event.timestampMillis(),
              metadata));
    }
    return envelopes;
  }
}
