package dev.durability.archive;

import dev.durability.errors.DurabilityException;
import dev.durability.storage.Directory;
import dev.durability.storage.DurableFile;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalHolds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The steps of archiving a log. One thread at a time, but for what is said to be for any. */
final class LogSteps {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ATTEMPTS = 3;

  private final Directory log;
  private final ArchiveStore store;
  private final ArchiveOptions options;
  private final Instant begun;

  private @Nullable ArchiveSession session;
  private @Nullable LiveSegment live;
  private final Set<String> namedCheckpoints = new HashSet<>();
  private long heldFrom;
  private Instant heldUntil = Instant.MIN;

  private volatile Map<Long, Long> ended = Map.of();
  private volatile long floor;
  private volatile long checkpointId = -1;
  private volatile long archivedEntryId;
  private volatile long bytesBehind;
  private volatile long objects;
  private volatile long bytes;
  private volatile String timeline = "";

  LogSteps(Directory log, ArchiveStore store, ArchiveOptions options) {
    this.log = log;
    this.store = store;
    this.options = options;
    this.begun = options.clock().instant();
  }

  /** The segments that ended and are archived, and their last entries. Any thread. */
  Map<Long, Long> ended() {
    return ended;
  }

  /** Any thread. */
  long floor() {
    return floor;
  }

  /** The last entry of the newest checkpoint that is archived. Any thread. */
  long checkpointId() {
    return checkpointId;
  }

  /** Any thread. */
  long archivedEntryId() {
    return archivedEntryId;
  }

  /** Any thread. */
  long bytesBehind() {
    return bytesBehind;
  }

  /** Any thread. */
  long objects() {
    return objects;
  }

  /** Any thread. */
  long bytes() {
    return bytes;
  }

  /** Any thread. */
  String timeline() {
    return timeline;
  }

  Instant begun() {
    return begun;
  }

  /** Archives what is new. */
  boolean step() throws IOException {
    boolean any = false;
    for (int attempt = 1; ; attempt++) {
      NavigableMap<Long, String> first = LogNames.segments(log);
      if (first.isEmpty()) {
        return any;
      }
      if (session == null) {
        hold(first, null); // Before the store is asked, which may be away.
      }
      ArchiveSession open = session(first);
      // Before the segments: what a checkpoint contains is then in one of those that are listed.
      List<String> checkpoints = checkpointPaths();
      NavigableMap<Long, String> segments = LogNames.segments(log);
      if (segments.isEmpty()) {
        return any;
      }
      if (!continues(segments, open)) {
        session = null; // The log under this name is another one now.
        continue;
      }
      hold(segments, open); // Not only after the store was asked, which may be away for days.
      bytesBehind = waiting(segments, open);
      long before = open.objects();
      boolean done = archive(segments, checkpoints, open);
      any |= open.objects() > before;
      if (done) {
        expire(open);
        hold(segments, open);
        bytesBehind = 0;
        return any;
      }
      if (attempt == ATTEMPTS) {
        throw new DurabilityException(
            "the archive changed " + ATTEMPTS + " times meanwhile: the next step tries again");
      }
    }
  }

  private void expire(ArchiveSession open) throws IOException {
    Retention retention = options.retention();
    // As rarely as a full record is written, which reads as much.
    if (retention != null && open.state().seq() == open.state().fullSeq()) {
      boolean unused = open.expire(retention);
      show(open);
    }
  }

  private ArchiveSession session(NavigableMap<Long, String> segments) throws IOException {
    ArchiveSession open = session;
    if (open == null) {
      open = open(segments);
      session = open;
      live = null;
      show(open);
    }
    return open;
  }

  private ArchiveSession open(NavigableMap<Long, String> segments) throws IOException {
    SegmentHeader header;
    String last = segments.lastEntry().getValue();
    try (ReadFile file = log.open(last)) {
      header = LiveSegment.header(file, last);
    }
    Timeline.claimRoot(store, header.logId());
    String parent = "";
    String named = options.continues() ? read("archive/" + options.name()) : "";
    if (Timeline.ID.matcher(named).matches() && Timeline.list(store).contains(named)) {
      Timeline there = new Timeline(store, named);
      // A claim would stop the archiver of the log that does continue it.
      if (continues(
          segments, ArchiveSession.visit(store, there, header.logId(), options.clock()))) {
        return ArchiveSession.open(store, there, header.logId(), options.clock());
      }
      parent = named;
    }
    String restored = read("archive/restored-from");
    if (parent.isEmpty() && restored.matches("[^\\s]{1,100}")) {
      parent = restored;
    }
    return begin(header, parent);
  }

  private ArchiveSession begin(SegmentHeader header, String parent) throws IOException {
    String id = Timeline.newId(options.clock().instant(), RANDOM.nextInt());
    Timeline begins = new Timeline(store, id);
    if (options.continues()) {
      // First here: if a crash comes between, the name means nothing, and the next one is taken.
      DurableFile.write(log, "archive/" + options.name(), id.getBytes(StandardCharsets.US_ASCII));
    }
    begins.begin(header.logId(), parent);
    return ArchiveSession.open(store, begins, header.logId(), options.clock());
  }

  private String read(String path) throws IOException {
    try {
      return new String(DurableFile.read(log, path, 200), StandardCharsets.ISO_8859_1).trim();
    } catch (NoSuchFileException none) {
      return "";
    }
  }

  /** Whether the log continues what the timeline holds. */
  private boolean continues(NavigableMap<Long, String> segments, ArchiveSession open)
      throws IOException {
    NavigableMap<Long, ArchivedSegment> archived = open.state().segments();
    if (archived.isEmpty()) {
      return true;
    }
    ArchivedSegment newest = archived.lastEntry().getValue();
    if (segments.firstKey() > newest.number()) {
      return true; // What is between was let go.
    }
    String path = segments.get(newest.number());
    if (path == null) {
      return false;
    }
    LiveSegment known = live;
    try (ReadFile file = log.open(path)) {
      SegmentHeader header = LiveSegment.header(file, path);
      if (!header.logId().equals(open.log())) {
        return false;
      }
      if (!newest.hasEntries()) {
        // Opening a log replaces it, by one that continues the same.
        Map.Entry<Long, ArchivedSegment> before = archived.lowerEntry(newest.number());
        return header.replaces(newest.header())
            && (header.equals(newest.header())
                || before == null
                || !segments.containsKey(before.getKey())
                || LiveSegment.continues(log, segments.get(before.getKey()), before.getValue()));
      }
      return (known != null && known.header().equals(header))
          ? file.size() >= newest.prefixBytes()
          : new LiveSegment(path, header).continues(file, newest);
    } catch (NoSuchFileException removedMeanwhile) {
      return true;
    }
  }

  private List<String> checkpointPaths() throws IOException {
    Set<String> paths = new HashSet<>(LogNames.checkpoints(log));
    paths.addAll(namedCheckpoints);
    return paths.stream().sorted().toList();
  }

  /** How many bytes are not archived, at most. */
  private long waiting(NavigableMap<Long, String> segments, ArchiveSession open)
      throws IOException {
    long sum = 0;
    for (Map.Entry<Long, String> each : segments.entrySet()) {
      ArchivedSegment archived = open.state().segments().get(each.getKey());
      if (isWanted(each.getKey(), open)) {
        try (ReadFile file = log.open(each.getValue())) {
          sum += file.size() - (archived == null ? 0 : archived.bytes());
        } catch (NoSuchFileException removedMeanwhile) {
          // It was let go.
        }
      }
    }
    return sum;
  }

  private static boolean isWanted(long number, ArchiveSession open) {
    ArchivedSegment archived = open.state().segments().get(number);
    return number >= open.state().floor() && (archived == null || !archived.ended());
  }

  private boolean archive(
      NavigableMap<Long, String> segments, List<String> checkpoints, ArchiveSession open)
      throws IOException {
    List<ArchiveRecord.Change> changes = new ArrayList<>();
    for (Map.Entry<Long, String> each : segments.entrySet()) {
      ArchivedSegment archived = open.state().segments().get(each.getKey());
      boolean isLast = each.getKey().equals(segments.lastKey());
      if (each.getKey() < open.state().floor()
          || (archived != null && archived.ended() && archived.hasEntries())) {
        continue;
      }
      ArchiveRecord.Change change = change(each.getValue(), isLast, archived, open);
      if (change != null) {
        changes.add(change);
      }
      // One by one: after a long time without the store each is a step ahead.
      if (change != null && !isLast) {
        if (!open.commit(changes, List.of())) {
          return false;
        }
        show(open);
        changes.clear();
      }
    }
    List<ArchivedCheckpoint> added = new ArrayList<>();
    long last =
        changes.isEmpty() ? open.state().lastEntryId() : changes.get(0).segment().lastEntryId();
    for (String path : checkpoints) {
      ArchivedCheckpoint checkpoint = checkpoint(path, last, open);
      if (checkpoint != null) {
        added.add(checkpoint);
      }
    }
    boolean done = (changes.isEmpty() && added.isEmpty()) || open.commit(changes, added);
    show(open);
    return done;
  }

  private ArchiveRecord.@Nullable Change change(
      String path, boolean isLast, @Nullable ArchivedSegment archived, ArchiveSession open)
      throws IOException {
    try (ReadFile file = log.open(path)) {
      SegmentHeader header = LiveSegment.header(file, path);
      LiveSegment known = live;
      LiveSegment segment =
          known != null && known.header().equals(header) ? known : new LiveSegment(path, header);
      live = segment;
      segment.read(file, !isLast);
      namedCheckpoints.addAll(segment.checkpoints());
      ArchivedSegment before =
          archived != null && archived.header().equals(header) ? archived : null;
      if (isLast && !segment.ended()) {
        return segment.news(file, before, open);
      }
      return before != null && before.ended()
          ? null
          : new ArchiveRecord.Change(0, segment.whole(file, open));
    } catch (NoSuchFileException removedMeanwhile) {
      return null; // It was let go.
    } catch (IOException | RuntimeException e) {
      live = null; // It may have read a part.
      throw e;
    }
  }

  private @Nullable ArchivedCheckpoint checkpoint(String path, long lastId, ArchiveSession open)
      throws IOException {
    try (ReadFile file = log.open(path)) {
      SegmentHeader header = SegmentHeader.read(file::read, SegmentHeader.CHECKPOINT);
      if (header == null
          || !header.logId().equals(open.log())
          || header.firstEntryId() > lastId
          || open.state().checkpoints().stream()
              .anyMatch(each -> each.path().equals(path) && each.salt() == header.salt())) {
        return null;
      }
      return new ArchivedCheckpoint(
          header.firstEntryId(),
          header.salt(),
          Archive.micros(options.clock().instant()),
          path,
          open.put(file, 0, file.size(), 0));
    } catch (NoSuchFileException removedMeanwhile) {
      return null;
    }
  }

  /** Holds back what is not archived, if that is wanted. */
  private void hold(NavigableMap<Long, String> segments, @Nullable ArchiveSession open)
      throws IOException {
    Duration time = options.holdTime();
    if (time == null) {
      return;
    }
    long from = Long.MAX_VALUE;
    for (Map.Entry<Long, String> each : segments.entrySet()) {
      if (open == null || isWanted(each.getKey(), open)) {
        from = Math.min(from, Long.parseLong(each.getValue().substring(25, 45)));
      }
    }
    if (from == Long.MAX_VALUE && open != null) {
      from = open.state().lastEntryId() + 1; // What the log goes on with.
    }
    Instant now = options.clock().instant();
    if (from == Long.MAX_VALUE
        || (from == heldFrom && heldUntil.minus(time.dividedBy(2)).isAfter(now))) {
      return;
    }
    WalHolds.hold(log, options.name(), from, now.plus(time), now);
    heldFrom = from;
    heldUntil = now.plus(time);
  }

  private void show(ArchiveSession open) {
    ended = open.endedSegments();
    floor = open.state().floor();
    timeline = open.timeline().id();
    archivedEntryId = open.state().lastEntryId();
    checkpointId =
        open.state().checkpoints().stream()
            .mapToLong(ArchivedCheckpoint::lastEntryId)
            .max()
            .orElse(-1);
    objects = open.objects();
    bytes = open.bytes();
  }
}
