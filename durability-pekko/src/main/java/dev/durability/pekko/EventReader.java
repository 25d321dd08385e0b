package dev.durability.pekko;

import dev.durability.errors.DurabilityException;
import dev.durability.pekko.EventList.Items;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the events of one persistence id, and no others. Any number of threads. */
final class EventReader {
  private static final int GROUP_MAX = 512;

  /** Entries that lie so close together are read in one go, with those of others between them. */
  private static final int SPREAD_MAX = 4;

  private static final int RANGE_MIN = 16;

  private final WalWriter<Entry> log;
  private final Index index;
  private final boolean isSynced;

  EventReader(WalWriter<Entry> log, Index index, boolean isSynced) {
    this.log = log;
    this.index = index;
    this.isSynced = isSynced;
  }

  /** Takes events. */
  @FunctionalInterface
  interface Target {
    void event(StoredEvent event) throws IOException;
  }

  /**
   * Hands over events in the order in which they were written.
   *
   * @param persistenceId whose events
   * @param from the first sequence number
   * @param to the last
   * @param max how many at most
   * @throws DurabilityException if an entry is not there that should be
   * @throws IOException if the storage fails, or the target
   */
  void read(String persistenceId, long from, long to, long max, Target target) throws IOException {
    new Reading(persistenceId, from, to, max, target).run(index.items(persistenceId, null));
  }

  /**
   * Some events, and where to go on.
   *
   * @param events the events
   * @param place where the next call may begin to search
   */
  record Page(List<StoredEvent> events, EventList.@Nullable Place place) {}

  /**
   * Reads some events.
   *
   * @param place where to begin to search, from the page before, or null
   */
  Page page(String persistenceId, long from, long to, int max, EventList.@Nullable Place place)
      throws IOException {
    Items items = index.items(persistenceId, place);
    List<StoredEvent> events = new ArrayList<>();
    EventList.Place next = new Reading(persistenceId, from, to, max, events::add).run(items);
    return new Page(events, next);
  }

  private final class Reading {
    private final String persistenceId;
    private final long from;
    private final long to;
    private final Target target;
    private long left;
    private long deletedTo;
    private boolean isOrdered;

    /** The items of a group. */
    private final long[] ids = new long[GROUP_MAX];

    private final long[] first = new long[GROUP_MAX];
    private final long[] last = new long[GROUP_MAX];
    private int count;

    Reading(String persistenceId, long from, long to, long max, Target target) {
      this.persistenceId = persistenceId;
      this.from = from;
      this.to = to;
      this.left = max;
      this.target = target;
    }

    /** Returns a place before which there is nothing more to read. */
    EventList.@Nullable Place run(Items items) throws IOException {
      deletedTo = items.deletedTo();
      isOrdered = items.isOrdered();
      EventList.Place place = null;
      while (left > 0) {
        count = 0;
        EventList.Place before = items.place();
        while (count < Math.min(GROUP_MAX, left) && items.next()) {
          if (items.firstSequenceNr() > to && isOrdered) {
            break;
          }
          if (items.lastSequenceNr() >= from && items.firstSequenceNr() <= to) {
            ids[count] = items.entryId();
            first[count] = items.firstSequenceNr();
            last[count] = items.lastSequenceNr();
            count++;
          } else {
            before = count == 0 ? items.place() : before;
          }
        }
        if (count == 0) {
          return isOrdered ? before : null;
        }
        place = before;
        group();
      }
      return isOrdered ? place : null;
    }

    private void group() throws IOException {
      int done = isDense() ? range() : 0;
      for (; done < count && left > 0; done++) {
        single(done);
      }
    }

    private boolean isDense() {
      if (!isSynced || count < RANGE_MIN) {
        return false;
      }
      for (int i = 1; i < count; i++) {
        if (ids[i] <= ids[i - 1]) {
          return false;
        }
      }
      return ids[count - 1] - ids[0] < (long) SPREAD_MAX * count;
    }

    /** Returns how many items were handed over; the others were truncated meanwhile. */
    private int range() throws IOException {
      int[] done = new int[1];
      long unused =
          log.read(
              ids[0],
              ids[count - 1],
              (id, entry) -> {
                if (id == ids[done[0]]) {
                  done[0]++;
                  deliver(write(id, entry));
                }
              });
      return done[0];
    }

    private void single(int item) throws IOException {
      long id = ids[item];
      while (true) {
        WalRecord<Entry> found = isSynced ? log.read(id) : log.readAppended(id);
        if (found != null) {
          deliver(write(id, found.entry()));
          return;
        }
        long now = find(item);
        if (now == 0) {
          return; // It was deleted meanwhile.
        }
        if (now == id || !isOrdered) {
          throw new DurabilityException(
              "reading event "
                  + first[item]
                  + " of "
                  + persistenceId
                  + ": entry "
                  + id
                  + " of the log, which held it, is not there. Verify the log, and restore it from"
                  + " a copy");
        }
        id = now;
      }
    }

    /** Where the events of an item are now, 0 if nowhere. */
    private long find(int item) {
      Items items = index.items(persistenceId, null);
      while (items.next()) {
        if (items.firstSequenceNr() == first[item] && items.lastSequenceNr() == last[item]) {
          return items.entryId();
        }
      }
      return 0;
    }

    private Entry.Write write(long id, Entry entry) throws DurabilityException {
      Entry.Write write = writeOf(entry);
      if (write == null || !write.persistenceId().equals(persistenceId)) {
        throw new DurabilityException(
            "reading the events of "
                + persistenceId
                + ": entry "
                + id
                + " of the log does not hold any. The index does not fit the log: restore both"
                + " from a copy");
      }
      return write;
    }

    private void deliver(Entry.Write write) throws IOException {
      for (StoredEvent event : write.events()) {
        long number = event.sequenceNr();
        if (left > 0 && number >= from && number <= to && number > deletedTo) {
          left--;
          target.event(event);
        }
      }
    }
  }

  /** The events in an entry, or null. */
  static Entry.@Nullable Write writeOf(Entry entry) {
    if (entry instanceof Entry.Carried carried) {
      return carried.write();
    }
    return entry instanceof Entry.Write write ? write : null;
  }
}
