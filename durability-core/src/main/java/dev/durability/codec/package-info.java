/**
 * Values to bytes and back.
 *
 * <p>Start with {@link dev.durability.codec.Codec}, the interface that a log asks for. {@link
 * dev.durability.codec.Codecs} has codecs of bytes, text and numbers. {@link
 * dev.durability.codec.PostcardCodec} derives one from the declaration of a record, an enum or a
 * sealed interface: {@code TypeResolver} turns a Java type into a tree of {@code WireType}s, one
 * class per shape ({@code RecordType}, {@code MapType}, …), and these write to {@code
 * PostcardOutput} and read from {@code PostcardInput}.
 *
 * <p>Rules: decoding trusts nothing that it reads. A length is checked against the bytes that
 * remain before memory is taken for it, and bytes that are left over are an error. Each value has
 * one encoding, so the same state gives the same bytes. There is no Java serialization.
 */
package dev.durability.codec;
