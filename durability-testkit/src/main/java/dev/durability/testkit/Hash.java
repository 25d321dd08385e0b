package dev.durability.testkit;

/**
 * Mixes numbers into one number of 64 bits, to tell states apart. Not safe against an adversary.
 */
final class Hash {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private Hash() {}

  static long mix(long hash, long value) {
    long mixed = (hash ^ (value + GOLDEN)) * 0xbf58476d1ce4e5b9L;
    return (mixed ^ (mixed >>> 31)) * 0x94d049bb133111ebL ^ (mixed << 17);
  }

  static long mix(long hash, String text) {
    long mixed = mix(hash, text.length());
    for (int i = 0; i < text.length(); i++) {
      mixed = mix(mixed, text.charAt(i));
    }
    return mixed;
  }
}
