/**
 * Entries that Kotlin serializes.
 *
 * <p>{@link dev.durability.kotlin.KotlinCodec} writes them as JSON, puts the descriptor of their
 * serializer into the log, and compares it with that of a later program. {@link
 * dev.durability.kotlin.KotlinSchemaDecoder} shows them without their classes.
 */
package dev.durability.kotlin;
