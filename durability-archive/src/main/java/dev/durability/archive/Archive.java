package dev.durability.archive;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** An archive that is there: lists its timelines, verifies and shortens it. */
public final class Archive {
  private static final int ATTEMPTS = 5;
  private static final long MICROS = TimeUnit.SECONDS.toMicros(1);
  private static final long SECONDS_MAX = Long.MAX_VALUE / MICROS - 1;

  private final ArchiveStore store;
  private final UUID logId;

  private Archive(ArchiveStore store, UUID logId) {
    this.store = store;
    this.logId = logId;
  }

  /**
   * Opens an archive.
   *
   * @param store where it is; it is not closed by this class
   * @return the archive
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if the store fails
   */
  public static Archive open(ArchiveStore store) throws IOException {
    return new Archive(store, Timeline.logOf(store));
  }

  /** {@return the identity of the log that it is of} */
  public UUID logId() {
    return logId;
  }

  /**
   * Lists the timelines.
   *
   * @return the timelines, the one that was begun last at the end
   * @throws DamagedArchiveException if the records of one are damaged
   * @throws IOException if the store fails
   */
  public List<TimelineInfo> timelines() throws IOException {
    List<TimelineInfo> found = new ArrayList<>();
    for (String id : Timeline.list(store)) {
      Timeline timeline = new Timeline(store, id);
      ArchiveState state = timeline.load();
      long first =
          state.segments().isEmpty() ? 0 : state.segments().firstEntry().getValue().firstEntryId();
      long stamp =
          state.segments().isEmpty() ? 0 : state.segments().lastEntry().getValue().stampMicros();
      found.add(
          new TimelineInfo(
              id,
              timeline.parent(),
              first,
              state.lastEntryId(),
              instant(stamp),
              state.segments().size(),
              state.checkpoints().size(),
              state.bytes()));
    }
    return found;
  }

  /**
   * Reads everything back and checks it: the chain of the records, the hash of each object, the
   * frames of each segment, and that the newest moment of each timeline can be restored. An
   * archiver may be at work.
   *
   * @param progress is told how many bytes are read
   * @return what was found
   * @throws IOException if the store fails
   */
  public VerifyReport verify(Progress progress) throws IOException {
    return new Verification(store, logId, progress).run();
  }

  /**
   * Removes from a timeline what a policy does not keep. An archiver may be writing it: that one
   * goes on after this.
   *
   * @param timeline the timeline
   * @param retention what is kept
   * @param clock tells the time
   * @return how many bytes of segments and checkpoints were removed
   * @throws IOException if the store fails; what is kept is whole
   */
  public long expire(String timeline, Retention retention, Clock clock) throws IOException {
    ArchiveSession session =
        ArchiveSession.visit(store, new Timeline(store, timeline), logId, clock);
    long before = session.state().bytes();
    for (int attempt = 1; !session.expire(retention); attempt++) {
      if (attempt == ATTEMPTS) {
        throw new IOException("the archive changed " + ATTEMPTS + " times meanwhile: try again");
      }
    }
    return before - session.state().bytes();
  }

  /** Microseconds since 1970; an instant that is too far away is as far as it can be. */
  static long micros(Instant instant) {
    long seconds = instant.getEpochSecond();
    if (Math.abs(seconds) >= SECONDS_MAX) {
      return seconds < 0 ? -SECONDS_MAX * MICROS : SECONDS_MAX * MICROS;
    }
    return seconds * MICROS + TimeUnit.NANOSECONDS.toMicros(instant.getNano());
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS),
        TimeUnit.MICROSECONDS.toNanos(Math.floorMod(micros, MICROS)));
  }
}
