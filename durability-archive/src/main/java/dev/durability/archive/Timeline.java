package dev.durability.archive;

import dev.durability.errors.DurabilityException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One timeline in a store: where its objects are, and how its records are read. */
final class Timeline {
  static final String ROOT = "archive";
  static final String TIMELINES = "timelines/";

  /** The same once more: the loss of one object must not hide a timeline. */
  static final String BEGINNINGS = "begun/";

  static final Pattern ID = Pattern.compile("[0-9]{8}T[0-9]{6}\\.[0-9]{6}Z-[0-9a-f]{8}");
  private static final Pattern ROOT_FORM =
      Pattern.compile("durability archive 1\nlog ([0-9a-f-]{36})\n");
  private static final Pattern BEGINNING =
      Pattern.compile("durability timeline 1\nlog ([0-9a-f-]{36})\nparent (\\S+)\n");
  private static final DateTimeFormatter BEGUN =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final int RECORD_BYTES_MAX = 1 << 30;

  private final ArchiveStore store;
  private final String id;

  Timeline(ArchiveStore store, String id) {
    this.store = store;
    this.id = id;
  }

  /** A name that no other timeline has; they sort by when they were begun. */
  static String newId(Instant now, int random) {
    return BEGUN.format(now) + String.format(Locale.ROOT, "-%08x", random);
  }

  String id() {
    return id;
  }

  String recordKey(long seq) {
    return String.format(Locale.ROOT, "%s%016d", records(), seq);
  }

  String records() {
    return "records/" + id + "/";
  }

  String data() {
    return "data/" + id + "/";
  }

  String dataKey(long seq, String sha256) {
    return String.format(Locale.ROOT, "%s%016d-%s", data(), seq, sha256);
  }

  String claims() {
    return "claims/" + id + "/";
  }

  String claimKey(long epoch) {
    return String.format(Locale.ROOT, "%s%08d", claims(), epoch);
  }

  /** The record that an object of data was stored for. */
  static long seqOf(String dataKey) {
    String name = dataKey.substring(dataKey.lastIndexOf('/') + 1);
    return name.matches("[0-9]{16}-.*") ? Long.parseLong(name.substring(0, 16)) : Long.MAX_VALUE;
  }

  /**
   * Says which log the archive is of; refuses one of another log. If only that object was lost, it
   * is stored again.
   */
  static void claimRoot(ArchiveStore store, UUID log) throws IOException {
    UUID owner = ownerByRoot(store);
    owner = owner == null ? ownerByBeginnings(store) : owner;
    String text = "durability archive 1\nlog " + log + "\n";
    if ((owner == null || owner.equals(log))
        && store.putIfAbsent(ROOT, ObjectContent.of(text.getBytes(StandardCharsets.US_ASCII)))) {
      return;
    }
    owner = owner == null ? logOf(store) : owner;
    if (!owner.equals(log)) {
      throw new ArchiveConflictException(
          store.location()
              + " is the archive of the log "
              + owner
              + ", and this is the log "
              + log
              + ": take another place. Nothing was written there");
    }
  }

  /** The log that the archive is of. */
  static UUID logOf(ArchiveStore store) throws IOException {
    UUID owner = ownerByRoot(store);
    if (owner != null) {
      return owner;
    }
    owner = ownerByBeginnings(store);
    if (owner == null) {
      throw new NoSuchFileException(store.location(), null, "there is no archive here");
    }
    throw new DamagedArchiveException(
        ROOT,
        "it is missing in "
            + store.location()
            + ", where timelines are. Store it again: two lines, 'durability archive 1' and 'log "
            + owner
            + "'. An archiver of that log does that when it starts");
  }

  private static @Nullable UUID ownerByRoot(ArchiveStore store) throws IOException {
    byte[] root;
    try {
      root = read(store, ROOT, 200);
    } catch (NoSuchFileException none) {
      return null;
    }
    Matcher form = ROOT_FORM.matcher(new String(root, StandardCharsets.ISO_8859_1));
    if (!form.matches()) {
      throw new DamagedArchiveException(ROOT, "it does not say which log the archive is of");
    }
    return UUID.fromString(form.group(1));
  }

  /** What the timelines say, or null if there is none that says it. */
  private static @Nullable UUID ownerByBeginnings(ArchiveStore store) throws IOException {
    for (String folder : List.of(TIMELINES, BEGINNINGS)) {
      for (String id : list(store, folder)) {
        Matcher form = beginning(store, folder + id);
        if (form.matches()) {
          return UUID.fromString(form.group(1));
        }
      }
    }
    return null;
  }

  private static Matcher beginning(ArchiveStore store, String key) throws IOException {
    return BEGINNING.matcher(new String(read(store, key, 300), StandardCharsets.ISO_8859_1));
  }

  /** Puts the timeline into the list. */
  void begin(UUID log, String parent) throws IOException {
    String text =
        "durability timeline 1\nlog "
            + log
            + "\nparent "
            + (parent.isEmpty() ? "-" : parent)
            + "\n";
    for (String folder : List.of(TIMELINES, BEGINNINGS)) {
      boolean unused =
          store.putIfAbsent(
              folder + id, ObjectContent.of(text.getBytes(StandardCharsets.US_ASCII)));
    }
  }

  /** The timeline that it branched off, and the entry; empty if it is the first. */
  String parent() throws IOException {
    Matcher form = beginning(store, TIMELINES + id);
    if (!form.matches()) {
      throw new DamagedArchiveException(TIMELINES + id, "it does not say how the timeline began");
    }
    return form.group(2).equals("-") ? "" : form.group(2);
  }

  /** The names of the timelines, the one that was begun last at the end. */
  static List<String> list(ArchiveStore store) throws IOException {
    return list(store, TIMELINES);
  }

  /** The names of timelines whose object in the list is gone. */
  static List<String> lost(ArchiveStore store) throws IOException {
    List<String> begun = list(store, BEGINNINGS);
    List<String> listed = list(store); // After that: it is stored before.
    return begun.stream().filter(id -> !listed.contains(id)).toList();
  }

  private static List<String> list(ArchiveStore store, String folder) throws IOException {
    return store.list(folder).stream()
        .map(key -> key.substring(folder.length()))
        .filter(name -> ID.matcher(name).matches())
        .sorted()
        .toList();
  }

  static byte[] read(ArchiveStore store, String key, int bytesMax) throws IOException {
    try (InputStream in = store.get(key, 0)) {
      byte[] bytes = in.readNBytes(bytesMax);
      if (bytes.length == bytesMax && in.read() >= 0) {
        throw new DamagedArchiveException(key, "it has more than " + bytesMax + " bytes");
      }
      return bytes;
    }
  }

  byte[] readRecord(long seq) throws IOException {
    return read(store, recordKey(seq), RECORD_BYTES_MAX);
  }

  /** The numbers of the records that are there, in order. */
  List<Long> recordNumbers() throws IOException {
    String prefix = records();
    return store.list(prefix).stream()
        .map(key -> key.substring(prefix.length()))
        .filter(name -> name.matches("[0-9]{16}"))
        .map(Long::parseLong)
        .toList();
  }

  /** Reads what the timeline holds: the last full record, and those after it. */
  ArchiveState load() throws IOException {
    List<Long> numbers = recordNumbers();
    List<ArchiveRecord> records = new ArrayList<>();
    List<byte[]> encoded = new ArrayList<>();
    boolean isFull = numbers.isEmpty();
    for (int i = numbers.size() - 1; i >= 0 && !isFull; i--) {
      long seq = numbers.get(i);
      if (i < numbers.size() - 1 && seq + 1 != numbers.get(i + 1)) {
        break;
      }
      byte[] bytes = recordBytes(seq);
      ArchiveRecord record = ArchiveRecord.decode(bytes, recordKey(seq));
      requireChained(record, seq, i == numbers.size() - 1 ? null : records.get(0));
      if (!records.isEmpty()
          && !records.get(0).previousSha256().equals(ArchiveRecord.sha256(bytes))) {
        throw new DamagedArchiveException(
            recordKey(seq), "it is not the record that the one after it continues");
      }
      records.add(0, record);
      encoded.add(0, bytes);
      isFull = record.kind() != ArchiveRecord.Kind.DELTA;
    }
    if (!isFull) {
      throw new DamagedArchiveException(
          recordKey(records.isEmpty() ? 1 : records.get(0).seq() - 1),
          "this record of the timeline is missing");
    }
    ArchiveState state = new ArchiveState();
    for (int i = 0; i < records.size(); i++) {
      state.add(records.get(i), encoded.get(i));
    }
    return state;
  }

  private byte[] recordBytes(long seq) throws IOException {
    try {
      return readRecord(seq);
    } catch (NoSuchFileException gone) {
      throw new DurabilityException(
          recordKey(seq) + " went while it was read: the archive is being shortened, try again",
          gone);
    }
  }

  private void requireChained(ArchiveRecord record, long seq, @Nullable ArchiveRecord next)
      throws DamagedArchiveException {
    if (record.seq() != seq
        || !record.timeline().equals(id)
        || (next != null && !next.log().equals(record.log()))) {
      throw new DamagedArchiveException(
          recordKey(seq), "it is the record " + record.seq() + " of " + record.timeline());
    }
  }
}
