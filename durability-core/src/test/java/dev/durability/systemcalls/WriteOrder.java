package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.systemcalls.StoredFile.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The order of writes, syncs, renames and removals that docs/format.md demands, as rules over all
 * that processes asked of the system. No rule names a sequence: each says what must be on stable
 * storage before something else begins. A sync counts once it has returned, and for what had
 * returned when it began; what it is there for counts from its beginning.
 *
 * <p>Processes say {@code acknowledged <id>} when entries up to one are, and {@code published <id>}
 * when a checkpoint is and what it covers was removed.
 */
final class WriteOrder {
  private static final Pattern SEGMENT = Pattern.compile(".*/wal/(\\d{20})-(\\d{20})\\.wal");
  private static final Pattern CHECKPOINT = Pattern.compile(".*/checkpoints/(\\d{20})\\.ckpt");
  private static final Pattern SAID = Pattern.compile("(acknowledged|published) (\\d+)\\s*");

  /** A rename, and what had the name of the segment before. */
  private record Naming(SystemCall call, StoredFile file, @Nullable StoredFile before) {}

  /** A removal, and whether an older segment was there. */
  private record Removal(SystemCall call, @Nullable StoredFile file, boolean leavesHole) {}

  /** A marker, the file that it is in, and the one that it names. */
  private record Marker(
      Frame frame, StoredFile file, @Nullable StoredFile named, boolean isInPreamble) {}

  private final String root;
  private final Map<String, StoredFile> names = new HashMap<>();
  private final List<StoredFile> files = new ArrayList<>();
  private final Map<String, List<SystemCall>> directorySyncs = new HashMap<>();
  private final List<Naming> namings = new ArrayList<>();
  private final List<Removal> removals = new ArrayList<>();
  private final List<Marker> markers = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  /** The entry, and when it became durable. */
  private final TreeMap<Long, Integer> durableAt = new TreeMap<>();

  /** The entry, and when all up to it had become durable. */
  private final TreeMap<Long, Integer> prefixDurableAt = new TreeMap<>();

  private WriteOrder(String root) {
    this.root = root;
  }

  /**
   * Finds what breaks a rule.
   *
   * @param root the directory of the log
   * @param calls what its writers did, in the order of the beginnings
   * @return a line a violation
   */
  static List<String> violations(String root, List<SystemCall> calls) {
    WriteOrder order = new WriteOrder(root);
    calls.forEach(order::record);
    order.findDurable();
    for (SystemCall call : calls) {
      switch (call.kind()) {
        case PRINT -> order.whatIsSaidIsDurable(call);
        case MAKE_DIRECTORY -> order.madeDirectoryIsSyncedBeforeItIsUsed(call, calls);
        default -> {}
      }
    }
    order.namings.forEach(order::contentIsSyncedBeforeItsName);
    order.markers.forEach(order::checkpointIsSyncedBeforeItsMarker);
    order.removals.forEach(order::markerIsSyncedBeforeRemoval);
    order.files.forEach(order::promisesAreKept);
    order.files.forEach(order::cutIsSyncedBeforeTheNextWrite);
    return order.violations;
  }

  /** How many entries became durable, so that a test sees that there was something to see. */
  static long durableEntries(String root, List<SystemCall> calls) {
    WriteOrder order = new WriteOrder(root);
    calls.forEach(order::record);
    order.findDurable();
    return order.durableAt.values().stream().filter(at -> at < SystemCall.NEVER).count();
  }

  private void record(SystemCall call) {
    StoredFile file = names.get(call.path());
    switch (call.kind()) {
      case CREATE -> {
        names.put(call.path(), new StoredFile());
        files.add(names.get(call.path()));
      }
      case WRITE -> written(call, file);
      case CUT -> known(call, file).cut(call);
      case SYNC -> {
        if (file != null) {
          file.sync(call);
        } else {
          directorySyncs.computeIfAbsent(call.path(), key -> new ArrayList<>()).add(call);
        }
      }
      case RENAME -> {
        // The old name stays: a thread that is writing may have looked it up before.
        known(call, file).rename(call);
        names.put(call.target(), known(call, file));
        namings.add(new Naming(call, known(call, file), segmentBefore(call.target())));
      }
      case DELETE -> {
        removals.add(new Removal(call, file, hasOlderSegment(call.path())));
        names.remove(call.path());
      }
      case MAKE_DIRECTORY, PRINT -> {}
    }
  }

  private static StoredFile known(SystemCall call, @Nullable StoredFile file) {
    if (file == null) {
      throw new IllegalArgumentException("to a file that the trace does not create: " + call);
    }
    return file;
  }

  private void written(SystemCall call, @Nullable StoredFile file) {
    StoredFile written = known(call, file);
    int before = written.frames().size();
    written.write(call);
    for (Frame frame : written.frames().subList(before, written.frames().size())) {
      if (frame.kind() == StoredFile.CHECKPOINT) {
        boolean isInPreamble =
            written.frames().stream().filter(Frame::isEntry).allMatch(f -> f.id() >= frame.id());
        StoredFile named = names.get(root + "/" + frame.path());
        markers.add(new Marker(frame, written, named, isInPreamble));
      }
    }
  }

  private @Nullable StoredFile segmentBefore(String path) {
    long number = segmentOf(path);
    return number < 0 ? null : segment(n -> n == number - 1);
  }

  private boolean hasOlderSegment(String path) {
    long number = segmentOf(path);
    return segment(n -> n < number) != null;
  }

  private @Nullable StoredFile segment(Predicate<Long> number) {
    for (Map.Entry<String, StoredFile> each : names.entrySet()) {
      long found = segmentOf(each.getKey());
      if (found >= 0 && number.test(found)) {
        return each.getValue();
      }
    }
    return null;
  }

  private static long segmentOf(String path) {
    Matcher name = SEGMENT.matcher(path);
    return name.matches() ? Long.parseLong(name.group(1)) : -1;
  }

  private void findDurable() {
    for (StoredFile file : files) {
      SystemCall named = file.named();
      if (named == null || segmentOf(named.target()) < 0) {
        continue;
      }
      int namedAt = nameDurableAt(named);
      for (Frame frame : file.frames()) {
        if (frame.isEntry()) {
          int at = Math.max(namedAt, file.syncedAt(frame.writtenBy()));
          durableAt.merge(frame.id(), at, Math::min);
        }
      }
    }
    int all = 0;
    long expected = 1;
    for (Map.Entry<Long, Integer> each : durableAt.entrySet()) {
      all = each.getKey() == expected++ ? Math.max(all, each.getValue()) : SystemCall.NEVER;
      prefixDurableAt.put(each.getKey(), all);
    }
  }

  private int nameDurableAt(SystemCall rename) {
    return StoredFile.firstReturn(directorySyncs(parent(rename.target())), rename);
  }

  private List<SystemCall> directorySyncs(String path) {
    return directorySyncs.getOrDefault(path, List.of());
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  /** When the entries up to one were durable. */
  private int durableThrough(long id) {
    return id == 0 ? 0 : prefixDurableAt.getOrDefault(id, SystemCall.NEVER);
  }

  private void demand(boolean held, SystemCall call, String rule) {
    if (!held) {
      violations.add(call + ": " + rule);
    }
  }

  private void whatIsSaidIsDurable(SystemCall print) {
    Matcher said = SAID.matcher(UTF_8.decode(print.bytes().duplicate()));
    if (!said.matches()) {
      return;
    }
    long id = Long.parseLong(said.group(2));
    if (said.group(1).equals("acknowledged")) {
      demand(
          durableThrough(id) < print.begun(),
          print,
          "entries up to " + id + " are acknowledged before they and their file's name are synced");
      return;
    }
    demand(
        hasDurableMarker(print.begun(), frame -> frame.number() >= id),
        print,
        "the checkpoint of " + id + " is published before its marker is synced");
    for (Removal removal : removals) {
      SystemCall deletion = removal.call();
      boolean matters = segmentOf(deletion.path()) >= 0 || isCheckpoint(deletion.path());
      if (matters && deletion.begun() < print.begun()) {
        List<SystemCall> syncs = directorySyncs(parent(deletion.path()));
        demand(
            StoredFile.firstReturn(syncs, deletion) < print.begun(),
            deletion,
            "its directory is not synced before the publishing is done");
      }
    }
  }

  private static boolean isCheckpoint(String path) {
    return CHECKPOINT.matcher(path).matches();
  }

  private void contentIsSyncedBeforeItsName(Naming naming) {
    SystemCall rename = naming.call();
    StoredFile file = naming.file();
    Matcher segment = SEGMENT.matcher(rename.target());
    if (!segment.matches()) {
      for (SystemCall write : file.writes()) {
        demand(
            write.begun() > rename.begun() || file.syncedAt(write) < rename.begun(),
            rename,
            "its content is not synced before it gets its name");
      }
      return;
    }
    SystemCall header = file.headerWrittenBy();
    demand(
        header != null && file.syncedAt(header) < rename.begun(),
        rename,
        "its header is not synced before it gets its name");
    demand(
        durableThrough(Long.parseLong(segment.group(2)) - 1) < rename.begun(),
        rename,
        "its header promises the entries before it, and they are not all synced");
    StoredFile before = naming.before();
    if (before != null) {
      for (SystemCall write : before.writes()) {
        demand(
            before.syncedAt(write) < rename.begun(),
            rename,
            "the segment before is not synced: " + write);
      }
    }
  }

  private void checkpointIsSyncedBeforeItsMarker(Marker marker) {
    Frame frame = marker.frame();
    SystemCall write = frame.writtenBy();
    demand(
        durableThrough(frame.number()) < write.begun(),
        write,
        "the marker covers entries up to " + frame.number() + ", and they are not synced");
    if (!frame.path().isEmpty()) {
      SystemCall named = marker.named() == null ? null : marker.named().named();
      demand(
          named != null && nameDurableAt(named) < write.begun(),
          write,
          "the marker names " + frame.path() + " before that and its name are synced");
    }
  }

  private boolean hasDurableMarker(int moment, Predicate<Frame> which) {
    return markers.stream()
        .anyMatch(
            marker ->
                marker.isInPreamble() && which.test(marker.frame()) && durableAt(marker) < moment);
  }

  private int durableAt(Marker marker) {
    SystemCall named = marker.file().named();
    int synced = marker.file().syncedAt(marker.frame().writtenBy());
    return named == null ? SystemCall.NEVER : Math.max(nameDurableAt(named), synced);
  }

  private void markerIsSyncedBeforeRemoval(Removal removal) {
    SystemCall call = removal.call();
    Matcher checkpoint = CHECKPOINT.matcher(call.path());
    if (checkpoint.matches()) {
      long covered = Long.parseLong(checkpoint.group(1));
      demand(
          hasDurableMarker(call.begun(), frame -> frame.number() > covered),
          call,
          "no newer checkpoint has a marker that is synced");
    } else if (segmentOf(call.path()) >= 0) {
      StoredFile file = known(call, removal.file());
      long last =
          file.frames().stream().filter(Frame::isEntry).mapToLong(Frame::id).max().orElse(0);
      demand(
          hasDurableMarker(call.begun(), frame -> frame.number() >= last),
          call,
          "no marker that is synced covers its entries, up to " + last);
      demand(!removal.leavesHole(), call, "an older segment is still there");
    }
  }

  private void promisesAreKept(StoredFile file) {
    SystemCall named = file.named();
    if (named != null && segmentOf(named.target()) < 0) {
      return;
    }
    for (Frame frame : file.frames()) {
      if (frame.kind() == StoredFile.MARK || frame.kind() == StoredFile.END) {
        demand(
            durableThrough(frame.number()) < frame.writtenBy().begun(),
            frame.writtenBy(),
            "entries up to " + frame.number() + " are promised before they are synced");
      }
    }
  }

  /**
   * What was cut off may come back after a crash, and must not follow what is written there by
   * then. Whoever opens a log after a death may write what the cut left again, up to the cut.
   */
  private void cutIsSyncedBeforeTheNextWrite(StoredFile file) {
    for (SystemCall cut : file.cuts()) {
      for (SystemCall write : file.writes()) {
        boolean goesPastCut = write.offset() + write.bytes().remaining() > cut.offset();
        demand(
            write.begun() < cut.begun() || !goesPastCut || file.syncedAt(cut) < write.begun(),
            write,
            "the cut before is not synced: " + cut);
      }
    }
  }

  private void madeDirectoryIsSyncedBeforeItIsUsed(SystemCall made, List<SystemCall> calls) {
    int synced = StoredFile.firstReturn(directorySyncs(parent(made.path())), made);
    for (SystemCall call : calls) {
      boolean uses =
          (call.kind() == SystemCall.Kind.CREATE && parent(call.path()).equals(made.path()))
              || (call.kind() == SystemCall.Kind.RENAME
                  && parent(call.target()).equals(made.path()));
      demand(!uses || synced < call.begun(), made, "used before it is synced into its parent");
    }
  }
}
