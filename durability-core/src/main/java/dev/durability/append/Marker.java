package dev.durability.append;

import dev.durability.log.MarkerPosition;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A CHECKPOINT on its way into the log. The thread that writes it tells where it is; those that
 * waited until it is durable may ask.
 */
public final class Marker {
  private final long coveredId;
  private final String path;
  private volatile @Nullable MarkerPosition position;

  /** The one before it in the same block, or null. */
  @Nullable Marker before;

  /** Where in its block it starts. */
  int at;

  /**
   * Makes a marker that is not in the log yet.
   *
   * @param coveredId the last entry that the checkpoint contains
   * @param path the checkpoint, empty if it is kept elsewhere
   */
  public Marker(long coveredId, String path) {
    this.coveredId = coveredId;
    this.path = path;
  }

  /** {@return the last entry that the checkpoint contains} */
  public long coveredId() {
    return coveredId;
  }

  /** Whether another one says the same. */
  public boolean saysTheSameAs(Marker other) {
    return coveredId == other.coveredId && path.equals(other.path);
  }

  void written(String file, long offset, long nextEntryId) {
    position = new MarkerPosition(file, offset, nextEntryId);
  }

  /** {@return where it is, once it is durable} */
  public MarkerPosition position() {
    return Objects.requireNonNull(position);
  }
}
