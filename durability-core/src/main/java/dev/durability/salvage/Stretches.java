package dev.durability.salvage;

import dev.durability.codec.Schema;
import dev.durability.frame.FrameFormat;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes stretches of entries: each to a log of its own, or all to one with new ids. */
final class Stretches implements Closeable {
  private final SalvageTarget target;
  private final IntactCheckpoints checkpoints;
  private final UUID logId;
  private final boolean isRenumbering;
  private final boolean isDry;
  private final List<Long> placed = new ArrayList<>();
  private @Nullable StretchWriter writer;
  private boolean isOpen;
  private String source = "";
  private long firstId = 1;
  private long lastId;
  private long writtenFirstId = 1;
  private long payloadBytes;
  private long stampMicros;

  Stretches(
      SalvageTarget target,
      IntactCheckpoints checkpoints,
      UUID logId,
      boolean isRenumbering,
      boolean isDry) {
    this.target = target;
    this.checkpoints = checkpoints;
    this.logId = logId;
    this.isRenumbering = isRenumbering;
    this.isDry = isDry;
  }

  /** Whether entries can be added that go on where the last ones end. */
  boolean isOpen() {
    return isOpen;
  }

  /** Adds an entry; it begins a stretch if none is open. */
  void entry(String from, long id, Optional<Schema> schema, boolean isPart, ByteBuffer payload)
      throws IOException {
    if (!isOpen) {
      begin(from, id);
    }
    payloadBytes += payload.remaining();
    lastId = id;
    if (writer != null) {
      writer.entry(schema, isPart, payload);
    } else {
      target.entry(id, schema, payload);
    }
  }

  private void begin(String from, long id) throws IOException {
    if (writer == null && !isDry) {
      writer = new StretchWriter(target.begin(from, id), logId, isRenumbering ? 1 : id);
      writer.clock(stampMicros);
    }
    writtenFirstId = isRenumbering ? writtenFirstId + (lastId - firstId + 1) : id;
    isOpen = true;
    source = from;
    firstId = id;
    lastId = id - 1;
    payloadBytes = 0;
  }

  /** The time at what follows. */
  void clock(long micros) {
    stampMicros = Math.max(stampMicros, micros);
    if (writer != null) {
      writer.clock(stampMicros);
    }
  }

  /** A mark of the damaged log. */
  void mark(long promised) throws IOException {
    if (isOpen && writer != null) {
      writer.mark(promised - firstId + writtenFirstId);
    }
  }

  /** The next entry begins a segment. */
  void endSegment() throws IOException {
    if (writer != null) {
      writer.endSegment();
    }
  }

  /**
   * Ends the stretch, if one is open.
   *
   * @param doubt why some of its entries may not belong to the log; null if nothing says so
   */
  void end(@Nullable String doubt) throws IOException {
    if (!isOpen) {
      return;
    }
    isOpen = false;
    List<Long> fitting =
        isRenumbering || !source.isEmpty() ? List.of() : checkpoints.fitting(firstId, lastId);
    placed.addAll(fitting);
    if (isRenumbering) {
      endSegment();
    } else {
      finish(fitting);
    }
    target.written(
        new SalvagedStretch(source, firstId, lastId, writtenFirstId, payloadBytes, fitting, doubt));
  }

  private void finish(List<Long> fitting) throws IOException {
    StretchWriter written = writer;
    if (written != null) {
      try (written) {
        writer = null;
        checkpoints.copy(fitting, written.directory());
        written.finish();
      }
    }
  }

  /** Ends the log that all stretches are in, or writes one for the newest checkpoint. */
  void finishAll() throws IOException {
    if (isRenumbering) {
      finish(List.of());
      return;
    }
    long newest = checkpoints.newest();
    if (newest >= 0 && newest < FrameFormat.ENTRY_ID_MAX && !placed.contains(newest)) {
      begin("", newest + 1);
      end(null);
    }
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }
}
