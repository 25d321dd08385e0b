package dev.durability.rust;

import java.util.Objects;

/**
 * How files of the crate are read: how strictly, and with the verdicts of which version. Immutable.
 */
public final class CrateReading {
  private final boolean isStrict;
  private final CrateVersion version;
  private final boolean acceptsNewerChecksums;

  private CrateReading(boolean isStrict, CrateVersion version, boolean acceptsNewerChecksums) {
    this.isStrict = isStrict;
    this.version = version;
    this.acceptsNewerChecksums = acceptsNewerChecksums;
  }

  /**
   * {@return the crate's strict reading, as its newest version does it: an end that is cut is an
   * error}
   */
  public static CrateReading strict() {
    return new CrateReading(true, CrateVersion.NEWEST, false);
  }

  /**
   * {@return the crate's best effort, as its newest version does it: what is cut off at the end of
   * the last segment, or of a record log, ends it; a damaged checkpoint is taken for none}
   */
  public static CrateReading bestEffort() {
    return new CrateReading(false, CrateVersion.NEWEST, false);
  }

  /**
   * Reads as another version does.
   *
   * @param other the version
   * @return this reading, as that version does it
   */
  public CrateReading as(CrateVersion other) {
    return new CrateReading(
        isStrict, Objects.requireNonNull(other, "version"), acceptsNewerChecksums);
  }

  /**
   * Accepts a frame with a checksum of version 3 in a segment of version 2. A crate of 0.7.2 or
   * later that goes on with a segment of an older one writes that, and refuses it afterwards.
   *
   * @return this reading, which reads such frames
   */
  public CrateReading acceptingNewerChecksums() {
    return new CrateReading(isStrict, version, true);
  }

  /** {@return whether an end that is cut is an error} */
  public boolean isStrict() {
    return isStrict;
  }

  /** {@return the version whose verdicts these are} */
  public CrateVersion version() {
    return version;
  }

  boolean acceptsNewerChecksums() {
    return acceptsNewerChecksums;
  }
}
