package dev.durability.cli;

import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.Salvage;
import dev.durability.salvage.SalvageTarget;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a salvage would find: the first hundred of each kind. */
final class SalvageLook implements SalvageTarget {
  private static final int KEPT_MAX = 100;

  private final List<SalvagedStretch> stretches = new ArrayList<>();
  private final List<MissingEntries> missing = new ArrayList<>();
  private final List<LeftOutFile> leftOut = new ArrayList<>();
  private boolean hasMore;

  private SalvageLook() {}

  static SalvageLook at(Directory log) throws IOException {
    SalvageLook look = new SalvageLook();
    Salvage.of(log, look).look();
    return look;
  }

  List<SalvagedStretch> stretches() {
    return stretches;
  }

  List<MissingEntries> missing() {
    return missing;
  }

  /** The entries that are lost. */
  List<MissingEntries> lost() {
    return missing.stream().filter(gap -> gap.kind() == MissingEntries.Kind.LOST).toList();
  }

  List<LeftOutFile> leftOut() {
    return leftOut;
  }

  /** Whether there was more than is kept. */
  boolean hasMore() {
    return hasMore;
  }

  private <T> void keep(List<T> all, T one) {
    if (all.size() < KEPT_MAX) {
      all.add(one);
    } else {
      hasMore = true;
    }
  }

  @Override
  public Directory begin(String source, long firstEntryId) {
    throw new IllegalStateException("nothing is written");
  }

  @Override
  public void written(SalvagedStretch stretch) {
    keep(stretches, stretch);
  }

  @Override
  public void missing(MissingEntries entries) {
    keep(missing, entries);
  }

  @Override
  public void leftOut(LeftOutFile file) {
    keep(leftOut, file);
  }
}
