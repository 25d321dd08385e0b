/**
 * What can go wrong, as types. The lowest package: all others use it, and it uses none.
 *
 * <p>Start with {@link dev.durability.errors.DurabilityException}. It is an {@link
 * java.io.IOException}, and the others extend it:
 *
 * <table>
 *   <caption>What each one means to the caller</caption>
 *   <tr><th>thrown</th><th>meaning</th></tr>
 *   <tr><td>{@link dev.durability.errors.CorruptLogException}</td>
 *       <td>data that was promised is damaged or missing: restore it from a copy</td></tr>
 *   <tr><td>{@link dev.durability.errors.FormatException}</td>
 *       <td>the file is not damaged, but of a version or program that is not known here</td></tr>
 *   <tr><td>{@link dev.durability.errors.CodecException}</td>
 *       <td>a value cannot be encoded, or the bytes are not those of a value</td></tr>
 *   <tr><td>{@link dev.durability.errors.OutcomeOpenException}</td>
 *       <td>a write failed and was rolled back: the entries wait in memory, try again</td></tr>
 *   <tr><td>{@link dev.durability.errors.WriterPoisonedException}</td>
 *       <td>the writer does nothing more: close it and open it again</td></tr>
 *   <tr><td>{@link dev.durability.errors.LockHeldException}, {@link
 *       dev.durability.errors.LockLostException}</td>
 *       <td>another writer is at work</td></tr>
 * </table>
 *
 * <p>Three rules hold everywhere. A message says what was being done, to which file, at which
 * offset, and what the caller can do. A failure is never swallowed: a second one is attached to the
 * first. Wrong arguments are {@link java.lang.IllegalArgumentException}, and a missing file is
 * {@link java.nio.file.NoSuchFileException}.
 */
package dev.durability.errors;
