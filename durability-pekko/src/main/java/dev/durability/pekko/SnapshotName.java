package dev.durability.pekko;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a snapshot's file says.
 *
 * @param sequenceNr the last event in the snapshot
 * @param timestampMillis when it was saved, in milliseconds since 1970
 */
record SnapshotName(long sequenceNr, long timestampMillis) implements Comparable<SnapshotName> {
  private static final Pattern FILE = Pattern.compile("(\\d{19})-(\\d{19})\\.snapshot");
  private static final Comparator<SnapshotName> ORDER =
      Comparator.comparingLong(SnapshotName::sequenceNr)
          .thenComparingLong(SnapshotName::timestampMillis);

  String file() {
    return String.format(Locale.ROOT, "%019d-%019d.snapshot", sequenceNr, timestampMillis);
  }

  static Optional<SnapshotName> of(String file) {
    Matcher name = FILE.matcher(file);
    try {
      return name.matches()
          ? Optional.of(
              new SnapshotName(Long.parseLong(name.group(1)), Long.parseLong(name.group(2))))
          : Optional.empty();
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  @Override
  public int compareTo(SnapshotName other) {
    return ORDER.compare(this, other);
  }
}
