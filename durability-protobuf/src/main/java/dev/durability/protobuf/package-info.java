/**
 * Entries that are Protocol Buffers messages.
 *
 * <p>{@link dev.durability.protobuf.ProtobufCodec} writes them, puts their descriptor into the log,
 * and compares it with the messages of a later program. {@link
 * dev.durability.protobuf.ProtobufSchemaDecoder} shows them without their classes.
 */
package dev.durability.protobuf;
