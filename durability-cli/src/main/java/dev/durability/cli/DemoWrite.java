package dev.durability.cli;

/**
 * A write to the store of the demo. Key and value follow from the writer and the time, so that a
 * store can be checked without a second copy.
 *
 * @param key the key, never written twice
 * @param value the value
 */
record DemoWrite(String key, String value) {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  /**
   * The n-th write of a writer in a round.
   *
   * @param round from 1
   * @param writer from 0
   * @param n from 1
   */
  static DemoWrite of(int round, int writer, long n) {
    long value = ((round * 31L + writer) * 1_000_003L + n) * MIX;
    return new DemoWrite(round + "/" + writer + "/" + n, Long.toHexString(value));
  }
}
