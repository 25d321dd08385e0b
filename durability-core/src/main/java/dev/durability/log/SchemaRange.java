package dev.durability.log;

import dev.durability.codec.Schema;
import java.util.Optional;

/**
 * How the entries of a log are encoded, from one of them on.
 *
 * @param firstEntryId the first of these entries
 * @param schema their schema, empty if the log says nothing of it
 */
public record SchemaRange(long firstEntryId, Optional<Schema> schema) {}
