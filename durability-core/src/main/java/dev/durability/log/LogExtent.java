package dev.durability.log;

/**
 * How much an open log holds, durable or not, at one moment.
 *
 * @param firstEntryId the first entry that it holds or will hold
 * @param nextEntryId the id that the next entry gets
 * @param segmentBytes the bytes of the segment that the last entry is in, as {@code
 *     WalOptions.segmentBytes} counts them: appended entries, the header, and room for a mark per
 *     round, which the file may not use
 */
public record LogExtent(long firstEntryId, long nextEntryId, long segmentBytes) {

  /** {@return how many entries the log holds} */
  public long entries() {
    return nextEntryId - firstEntryId;
  }
}
