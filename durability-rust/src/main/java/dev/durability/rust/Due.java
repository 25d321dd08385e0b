package dev.durability.rust;

/** The entry id that comes next, among unsigned numbers that end. */
final class Due {
  private boolean isKnown;
  private boolean isUsedUp;
  private long id;

  /** The first id, if none is known yet. */
  void begin(long first) {
    if (!isKnown) {
      isKnown = true;
      id = first;
    }
  }

  void given() {
    isUsedUp = id == -1L;
    id++;
  }

  boolean is(long other) {
    return isKnown && !isUsedUp && id == other;
  }

  /** The id, 0 if ids are used up or none is known. */
  long id() {
    return id;
  }

  @Override
  public String toString() {
    return isUsedUp ? "none" : Long.toUnsignedString(id);
  }
}
