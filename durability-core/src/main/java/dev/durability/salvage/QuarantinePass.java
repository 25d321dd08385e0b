package dev.durability.salvage;

import dev.durability.codec.Schema;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.frame.FrameScan;
import dev.durability.frame.SaltSearch;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.QuarantinedFile;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes the entries out of what openings cut off after crashes. They were never acknowledged, and
 * the log went on with their ids: they become logs of their own, with an identity of their own.
 */
final class QuarantinePass {
  private final Directory log;
  private final SalvageTarget target;
  private final Stretches stretches;

  /** What is known of the place where the bytes were cut off. */
  private record Place(
      @Nullable FileHeader header, long due, long slack, Optional<Schema> schema) {}

  private QuarantinePass(Directory log, SalvageTarget target, Stretches stretches) {
    this.log = log;
    this.target = target;
    this.stretches = stretches;
  }

  static void run(Directory log, SalvageTarget target, IntactCheckpoints checkpoints, boolean isDry)
      throws IOException {
    for (QuarantinedFile kept : WalMaintenance.quarantined(log)) {
      try (Stretches stretches =
          new Stretches(target, checkpoints, UUID.randomUUID(), false, isDry)) {
        new QuarantinePass(log, target, stretches).pass(kept.path());
      }
    }
  }

  private void pass(String path) throws IOException {
    int at = path.lastIndexOf('@');
    SegmentName name = SegmentName.parse(path.substring(path.indexOf('/') + 1, at));
    long offset = Long.parseLong(path.substring(at + 1, path.lastIndexOf('-')));
    if (name == null) {
      return; // Then it would not be listed.
    }
    Place place = place(name, offset);
    boolean isEmpty;
    try (ReadFile file = log.open(path)) {
      OptionalInt salt = salt(file, place);
      isEmpty = salt.isEmpty() || !take(path, file, salt.getAsInt(), place);
    }
    if (isEmpty) {
      target.leftOut(
          new LeftOutFile(
              path, LeftOutFile.Kind.NOTHING_WHOLE, "no entry in it is proven to be whole"));
    }
  }

  private Place place(SegmentName name, long offset) throws IOException {
    SegmentFile segment;
    try {
      segment = SegmentFile.read(log, name);
    } catch (NoSuchFileException truncated) {
      segment = null;
    }
    FileHeader header = segment == null ? null : segment.header();
    if (header == null || segment == null || !segment.isUnderItsName()) {
      long most = Math.max(0, offset - FileHeader.BYTES) / FrameFormat.OVERHEAD_BYTES;
      return new Place(null, name.firstEntryId(), most, Optional.empty());
    }
    Optional<Schema> schema = Optional.empty();
    long due = header.firstEntryId();
    try (ReadFile file = log.open(segment.path());
        FrameScan scan =
            new FrameScan(
                file, header.salt(), FileHeader.BYTES, due, 0, FrameFormat.ENTRY_ID_MAX)) {
      FrameKind kind = scan.next();
      while (kind != null && scan.endOffset() <= offset) {
        schema = kind == FrameKind.SCHEMA ? Optional.of(scan.schema()) : schema;
        due = scan.due();
        kind = scan.next();
      }
    }
    return new Place(header, due, 0, schema);
  }

  /** The salt of the segment, unless that was written anew since. */
  private static OptionalInt salt(ReadFile file, Place place) throws IOException {
    FileHeader header = place.header();
    if (header != null) {
      try (FrameScan scan = scan(file, header.salt(), place)) {
        if (scan.next() != null) {
          return OptionalInt.of(header.salt());
        }
      }
    }
    return SaltSearch.find(file, 0, place.due(), place.slack(), FrameFormat.ENTRY_ID_MAX);
  }

  private static FrameScan scan(ReadFile file, int salt, Place place) throws IOException {
    return new FrameScan(file, salt, 0, place.due(), place.slack(), FrameFormat.ENTRY_ID_MAX);
  }

  private boolean take(String path, ReadFile file, int salt, Place place) throws IOException {
    Optional<Schema> schema = place.schema();
    boolean isAny = false;
    long due = 0;
    try (FrameScan scan = scan(file, salt, place)) {
      for (FrameKind kind = scan.next(); kind != null; kind = scan.next()) {
        switch (kind) {
          case SCHEMA -> schema = Optional.of(scan.schema());
          case MARK, END -> stretches.clock(scan.wallClockMicros());
          case CHECKPOINT -> {}
          case ENTRY, PART -> {
            long id = scan.due() - 1;
            if (id != due) {
              stretches.end(null);
            }
            stretches.entry(path, id, schema, scan.hasMoreOfBatch(), scan.payload());
            due = id + 1;
            isAny = true;
          }
        }
      }
    }
    stretches.end(null);
    return isAny;
  }
}
