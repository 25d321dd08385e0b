package dev.durability.pekko;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event as the log holds it.
 *
 * @param sequenceNr its number among the events of its persistence id
 * @param writerUuid the incarnation of the actor that wrote it
 * @param timestampMillis when it was written, in milliseconds since 1970
 * @param manifest what the event adapter says about it; empty if there is none
 * @param payload the event
 * @param metadata what Pekko keeps beside the event, or null
 * @param tags the tags that an event adapter gave it
 */
record StoredEvent(
    long sequenceNr,
    String writerUuid,
    long timestampMillis,
    String manifest,
    Payload payload,
    @Nullable Payload metadata,
    List<String> tags) {}
