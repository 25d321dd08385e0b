package dev.durability.examples.versions;

import dev.durability.examples.versions.v1.Version1;
import dev.durability.examples.versions.v2.Version2;
import dev.durability.examples.versions.v3.Version3;
import dev.durability.examples.versions.v4.Version4;
import dev.durability.examples.versions.v5.Version5;
import java.util.List;

/** All versions of the program. */
public final class Versions {
  /** In the order of their numbers. */
  public static final List<Version<?, ?>> ALL =
      List.of(new Version1(), new Version2(), new Version3(), new Version4(), new Version5());

  private Versions() {}

  /**
   * Finds a version.
   *
   * @param number its number, from 1 on
   * @return the version
   */
  public static Version<?, ?> of(int number) {
    return ALL.get(number - 1);
  }
}
