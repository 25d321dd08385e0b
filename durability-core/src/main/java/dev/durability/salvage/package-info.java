/**
 * Takes what is intact out of a damaged log, into new logs. The damaged one is only read.
 *
 * <pre>{@code
 * segments     by their headers, or by their names where a header is damaged -> those that stand
 * salt         of the header; else of the next one, which names it; else of frames that agree
 * frames       proven one by one: checksum, salt, order of the ids; after damage, the next proven
 * stretches    entries without a hole -> a log each, beside the checkpoints that fit it
 * missing      each id that is in no stretch is told: where, and what shows that it was there
 * }</pre>
 *
 * <ul>
 *   <li>{@link dev.durability.salvage.Salvage} does it.
 *   <li>{@link dev.durability.salvage.SalvageTarget} is what the caller writes: it makes the
 *       directories, and is told what is found.
 *   <li>{@code SegmentFile} and {@code SegmentFiles} say which file is which segment; {@code
 *       SegmentPass} goes over one; {@code StretchWriter} writes a stretch.
 * </ul>
 */
package dev.durability.salvage;
