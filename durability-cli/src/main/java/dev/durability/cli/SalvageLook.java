package dev.durability.cli;

import dev.durability.codec.Schema;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.Salvage;
import dev.durability.salvage.SalvageTarget;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a salvage would find: the first hundred of each kind. */
final class SalvageLook implements SalvageTarget {
  private static final int KEPT_MAX = 100;

  private final List<SalvagedStretch> stretches = new ArrayList<>();
  private final List<MissingEntries> missing = new ArrayList<>();
  private final List<LeftOutFile> leftOut = new ArrayList<>();
  private @Nullable EndRemains remains;
  private long entries;
  private long payloadBytes;
  private boolean hasMore;

  /** Takes the entries that are found. */
  @FunctionalInterface
  interface Entries {
    void entry(long id, Optional<Schema> schema, ByteBuffer payload) throws IOException;
  }

  private final Entries each;

  private SalvageLook(Entries each) {
    this.each = each;
  }

  static SalvageLook at(Directory log) throws IOException {
    SalvageLook look = new SalvageLook((id, schema, payload) -> {});
    Salvage.of(log, look).look();
    return look;
  }

  static SalvageLook atRecordLog(Directory directory, String file) throws IOException {
    return atRecordLog(directory, file, (id, schema, payload) -> {});
  }

  static SalvageLook atRecordLog(Directory directory, String file, Entries each)
      throws IOException {
    SalvageLook look = new SalvageLook(each);
    Salvage.lookAtRecordLog(directory, file, look);
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

  /** What follows the last whole frame; null if nothing does, or it is told as lost. */
  @Nullable EndRemains remains() {
    return remains;
  }

  /** The files that do not count, by their names. */
  Set<String> filesLeftOut() {
    return leftOut.stream().map(LeftOutFile::file).collect(Collectors.toUnmodifiableSet());
  }

  /** How many intact entries there are. */
  long entries() {
    return entries;
  }

  /** How many bytes they have. */
  long payloadBytes() {
    return payloadBytes;
  }

  /** Whether each entry that is intact in another one is intact here, as far as all is kept. */
  boolean hasAllOf(SalvageLook other) {
    return !hasMore
        && !other.hasMore
        && other.stretches.stream()
            .filter(each -> each.entries() > 0)
            .allMatch(
                each ->
                    stretches.stream()
                        .anyMatch(
                            here ->
                                here.firstEntryId() <= each.firstEntryId()
                                    && here.lastEntryId() >= each.lastEntryId()));
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
  public void entry(long id, Optional<Schema> schema, ByteBuffer payload) throws IOException {
    each.entry(id, schema, payload);
  }

  @Override
  public void written(SalvagedStretch stretch) {
    entries += stretch.entries();
    payloadBytes += stretch.payloadBytes();
    keep(stretches, stretch);
  }

  @Override
  public void missing(MissingEntries entries) {
    keep(missing, entries);
  }

  @Override
  public void remains(EndRemains end) {
    remains = end;
  }

  @Override
  public void leftOut(LeftOutFile file) {
    keep(leftOut, file);
  }
}
