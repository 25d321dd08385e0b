package dev.durability.rust;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions of the crate that differ in what they write, or in what they make of what they read.
 * Each stands for itself and those after it, up to the next one here.
 */
public enum CrateVersion {
  /** 0.2.0 to 0.6.5: a log of version 2, checkpoints of version 1; gaps between segments pass. */
  V0_2_0(0, 2, 0),
  /**
   * 0.6.6 to 0.6.8: refuses gaps between segments, segment 0, and a segment that is there twice.
   */
  V0_6_6(0, 6, 6),
  /** 0.6.9 to 0.7.1: recovery refuses a log whose beginning is gone without a checkpoint. */
  V0_6_9(0, 6, 9),
  /** 0.7.2: a log of version 3, checkpoints of version 2. */
  V0_7_2(0, 7, 2),
  /** 0.7.3 to 0.8.0, the newest known: zeros up to the end of a file end a segment. */
  V0_7_3(0, 7, 3);

  /** The newest version known. */
  public static final CrateVersion NEWEST = V0_7_3;

  private static final Pattern TEXT = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?");
  private static final int NEWEST_KNOWN = number(0, 8, 9999);

  private final int first;

  CrateVersion(int major, int minor, int patch) {
    this.first = number(major, minor, patch);
  }

  /**
   * Finds the constant that stands for a version.
   *
   * @param text the version, such as {@code 0.5.0} or {@code 0.7}
   * @return the constant
   * @throws IllegalArgumentException if it is no version, or none from 0.2.0 to 0.8
   */
  public static CrateVersion of(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(text + " is no version of the crate, such as 0.7.2");
    }
    String patch = parts.group(3);
    int asked =
        number(
            Integer.parseInt(parts.group(1)),
            Integer.parseInt(parts.group(2)),
            patch == null ? 0 : Integer.parseInt(patch));
    if (asked > NEWEST_KNOWN || asked < V0_2_0.first) {
      throw new IllegalArgumentException(
          "version "
              + text
              + " of the crate is not known here: 0.2.0 to 0.8.0 are; 0.1 has other frames");
    }
    CrateVersion found = V0_2_0;
    for (CrateVersion each : List.of(values())) {
      found = each.first <= asked ? each : found;
    }
    return found;
  }

  /** {@return the version of the log's segments that it writes, and the newest that it reads} */
  public int walVersion() {
    return compareTo(V0_7_2) >= 0 ? CrateFormat.WAL_VERSION_3 : CrateFormat.WAL_VERSION_2;
  }

  /** {@return the version of the checkpoints that it writes, and the newest that it reads} */
  public int checkpointVersion() {
    return compareTo(V0_7_2) >= 0 ? 2 : 1;
  }

  boolean refusesGapsOfSegments() {
    return compareTo(V0_6_6) >= 0;
  }

  boolean refusesAnUnavailablePrefix() {
    return compareTo(V0_6_9) >= 0;
  }

  /** Also: says how much of a checkpoint is there; which versions of one it reads. */
  boolean countsTheBytesOfACheckpoint() {
    return compareTo(V0_7_2) >= 0;
  }

  boolean zerosEndASegment() {
    return compareTo(V0_7_3) >= 0;
  }

  private static int number(int major, int minor, int patch) {
    return (major * 10_000 + minor) * 10_000 + patch;
  }
}
