package dev.durability.benchmarks;

import java.nio.file.Path;

/**
 * How much is measured.
 *
 * @param seconds about how long each contestant is measured in a round
 * @param rounds how many rounds
 * @param smoke whether this only checks that everything works: logs are a sixteenth as large
 * @param data where files go while measuring
 */
public record Settings(double seconds, int rounds, boolean smoke, Path data) {

  /**
   * Scales a size.
   *
   * @param full how large it is when measuring for real
   * @return how large it is now
   */
  public long size(long full) {
    return smoke ? full / 16 : full;
  }
}
