package dev.durability.pekko;

import dev.durability.errors.CodecException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of the log hold the events of one persistence id, in the order in which they were
 * written: one item per entry, of 1 to 3 bytes mostly.
 *
 * <p>An item is the distance to the entry before, doubled, plus 1 if the sequence numbers do not
 * just go on by one. Only then the first of them and their count follow.
 *
 * <p>Applying an entry again changes nothing: a checkpoint of the index may contain entries after
 * the one that it names. Not safe for threads: {@link Index} has the locks.
 */
final class EventList {
  private static final byte[] NONE = new byte[0];

  private byte[] items = NONE;
  private int start;
  private int end;

  /** What the first item counts from, and the next one that is added. */
  private long headSequenceNr;

  private long headEntryId;
  private long tailSequenceNr;
  private long tailEntryId;

  private long highest;
  private long deletedTo;
  private long lastEntryId;

  /** Whether sequence numbers only rise: they do unless two actors wrote at the same time. */
  private boolean isOrdered = true;

  /** Changes when offsets into the items lose their meaning. */
  private int generation;

  /** Where entries are now that were appended again: not in the items yet. */
  private @Nullable Map<Long, Long> moved;

  /** The largest sequence number that was ever written, deleted or not. */
  long highest() {
    return highest;
  }

  /** The largest sequence number that was deleted. */
  long deletedTo() {
    return deletedTo;
  }

  void write(long entryId, long firstSequenceNr, long lastSequenceNr) {
    if (!isNew(entryId)) {
      return;
    }
    highest = Math.max(highest, lastSequenceNr);
    if (lastSequenceNr <= deletedTo) {
      return; // Another incarnation of the actor has deleted these numbers already.
    }
    add(entryId, firstSequenceNr, lastSequenceNr);
  }

  /** Whether an entry was not applied yet: a checkpoint may have it. */
  private boolean isNew(long entryId) {
    boolean isNew = entryId > lastEntryId;
    lastEntryId = Math.max(lastEntryId, entryId);
    return isNew;
  }

  /** Deletes what is there: not what is written later under the same numbers. */
  void delete(long entryId, long toSequenceNr) {
    if (!isNew(entryId)) {
      return;
    }
    deletedTo = Math.max(deletedTo, Math.min(toSequenceNr, highest));
    applyMoves();
    if (isOrdered) {
      dropFirst();
    } else {
      rebuild();
    }
  }

  void move(long fromEntryId, long toEntryId) {
    if (!isNew(toEntryId) || start == end) {
      return;
    }
    if (moved == null) {
      moved = new HashMap<>();
    }
    moved.put(fromEntryId, toEntryId);
  }

  /**
   * The items as they are now, from a sequence number on.
   *
   * @param from where to go on, or null. It has no effect if it does not fit any more
   */
  Items items(@Nullable Place from) {
    applyMoves();
    Place place =
        from != null && from.generation == generation && from.offset >= start
            ? from
            : new Place(generation, start, headSequenceNr, headEntryId);
    return new Items(Arrays.copyOfRange(items, place.offset, end), place, isOrdered, deletedTo);
  }

  /** A place between items, to go on from. */
  record Place(int generation, int offset, long sequenceNr, long entryId) {}

  private void add(long entryId, long firstSequenceNr, long lastSequenceNr) {
    if (start == end) {
      clear();
    }
    isOrdered &= start == end || firstSequenceNr > tailSequenceNr;
    long gap = firstSequenceNr - tailSequenceNr - 1;
    long more = lastSequenceNr - firstSequenceNr;
    boolean isPlain = gap == 0 && more == 0;
    long distance = (zigzag(entryId - tailEntryId) << 1) | (isPlain ? 0 : 1);
    makeRoom(bytesOf(distance) + (isPlain ? 0 : bytesOf(zigzag(gap)) + bytesOf(zigzag(more))));
    number(distance);
    if (!isPlain) {
      number(zigzag(gap));
      number(zigzag(more));
    }
    tailSequenceNr = lastSequenceNr;
    tailEntryId = entryId;
  }

  private void clear() {
    items = NONE;
    start = 0;
    end = 0;
    isOrdered = true;
    moved = null;
    generation++;
    headSequenceNr = tailSequenceNr;
    headEntryId = tailEntryId;
  }

  private void makeRoom(int bytes) {
    if (items.length - end < bytes) {
      resize(bytes);
    }
  }

  /** Ids with few events are many, so the first steps are small. */
  private void resize(int free) {
    int used = end - start;
    byte[] larger = new byte[used + used / 2 + Math.max(8, free)];
    System.arraycopy(items, start, larger, 0, used);
    if (start > 0) {
      generation++;
    }
    items = larger;
    start = 0;
    end = used;
  }

  private void number(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      items[end++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    items[end++] = (byte) rest;
  }

  private static int bytesOf(long number) {
    return (63 - Long.numberOfLeadingZeros(number | 1)) / 7 + 1;
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }

  private void dropFirst() {
    Items all = items(null);
    while (all.next() && all.lastSequenceNr() <= deletedTo) {
      headSequenceNr = all.lastSequenceNr();
      headEntryId = all.entryId();
      start = all.place().offset();
    }
    if (start == end) {
      clear();
    } else if (start > items.length / 2) {
      resize(0); // Gives memory back.
    }
  }

  private void applyMoves() {
    if (moved != null) {
      rebuild();
    }
  }

  /** Writes the items anew: without those that are deleted, at the places where they are now. */
  private void rebuild() {
    Map<Long, Long> moves = moved == null ? Map.of() : moved;
    moved = null;
    Items all = items(null);
    clear();
    while (all.next()) {
      if (all.lastSequenceNr() > deletedTo) {
        long entryId = all.entryId();
        for (Long to = moves.get(entryId); to != null; to = moves.get(entryId)) {
          entryId = to;
        }
        add(entryId, all.firstSequenceNr(), all.lastSequenceNr());
      }
    }
  }

  void writeTo(DataOutputStream out) throws IOException {
    applyMoves();
    out.writeLong(highest);
    out.writeLong(deletedTo);
    out.writeLong(lastEntryId);
    out.writeLong(headSequenceNr);
    out.writeLong(headEntryId);
    out.writeLong(tailSequenceNr);
    out.writeLong(tailEntryId);
    out.writeBoolean(isOrdered);
    out.writeInt(end - start);
    out.write(items, start, end - start);
  }

  static EventList readFrom(DataInputStream in) throws IOException {
    EventList list = new EventList();
    list.highest = in.readLong();
    list.deletedTo = in.readLong();
    list.lastEntryId = in.readLong();
    list.headSequenceNr = in.readLong();
    list.headEntryId = in.readLong();
    list.tailSequenceNr = in.readLong();
    list.tailEntryId = in.readLong();
    list.isOrdered = in.readBoolean();
    int bytes = in.readInt();
    if (bytes < 0) {
      throw new CodecException("the index has a list of " + bytes + " bytes");
    }
    list.items = in.readNBytes(bytes); // Takes memory as it reads.
    list.end = list.items.length;
    if (list.end < bytes) {
      throw new CodecException("the index ends in the middle of a list");
    }
    return list;
  }

  /** The items of one moment, in order. */
  static final class Items {
    private final byte[] bytes;
    private final int base;
    private final int generation;
    private final boolean isOrdered;
    private final long deletedTo;
    private int offset;
    private long entryId;
    private long firstSequenceNr;
    private long lastSequenceNr;

    private Items(byte[] bytes, Place from, boolean isOrdered, long deletedTo) {
      this.bytes = bytes;
      this.base = from.offset;
      this.generation = from.generation;
      this.isOrdered = isOrdered;
      this.deletedTo = deletedTo;
      this.entryId = from.entryId;
      this.lastSequenceNr = from.sequenceNr;
    }

    /** An id that nobody wrote to. */
    static Items none() {
      return new Items(NONE, new Place(0, 0, 0, 0), true, 0);
    }

    boolean next() {
      if (offset == bytes.length) {
        return false;
      }
      long head = number();
      entryId += unzigzag(head >>> 1);
      firstSequenceNr = lastSequenceNr + 1;
      lastSequenceNr = firstSequenceNr;
      if ((head & 1) != 0) {
        firstSequenceNr += unzigzag(number());
        lastSequenceNr = firstSequenceNr + unzigzag(number());
      }
      return true;
    }

    private long number() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte group = bytes[offset++];
        value |= (group & 0x7fL) << shift;
        if (group >= 0) {
          return value;
        }
      }
    }

    private static long unzigzag(long value) {
      return (value >>> 1) ^ -(value & 1);
    }

    long entryId() {
      return entryId;
    }

    long firstSequenceNr() {
      return firstSequenceNr;
    }

    long lastSequenceNr() {
      return lastSequenceNr;
    }

    boolean isOrdered() {
      return isOrdered;
    }

    long deletedTo() {
      return deletedTo;
    }

    /** The place after the item. */
    Place place() {
      return new Place(generation, base + offset, lastSequenceNr, entryId);
    }
  }
}
