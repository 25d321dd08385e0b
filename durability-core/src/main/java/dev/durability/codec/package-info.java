/**
 * Values to bytes and back: what a log holds. Decoding trusts nothing that it reads.
 *
 * <p>Start with {@link dev.durability.codec.Codec}, the interface to implement or to get from here:
 *
 * <ul>
 *   <li>{@link dev.durability.codec.Codecs} has bytes, text and numbers.
 *   <li>{@link dev.durability.codec.PostcardCodec} derives the bytes of records and sealed
 *       interfaces from their declaration.
 * </ul>
 *
 * <p>How {@code PostcardCodec} works:
 *
 * <pre>
 *   when it is made   TypeResolver: Java types   --&gt;  WireType, one per type, which may be cyclic
 *   encode            WireType.write             --&gt;  PostcardOutput
 *   decode            PostcardInput              --&gt;  WireType.read
 * </pre>
 *
 * <p>{@code ValuePath} is the base of input and output. It names the place of an error, limits the
 * depth of values, and limits what comparing keys with colliding hash codes may cost ({@code
 * Keys}).
 */
package dev.durability.codec;
