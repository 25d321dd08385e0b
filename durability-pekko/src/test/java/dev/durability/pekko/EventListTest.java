package dev.durability.pekko;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventListTest {
  private record Item(long entryId, long first, long last) {}

  @Test
  void anEventOfManyIdsThatAreWrittenInTurnTakesTwoBytes() {
    EventList list = new EventList();
    for (int i = 1; i <= 10_000; i++) {
      list.write(1_000L * i, i, i);
    }

    int bytes = list.items(null).place().offset();
    EventList.Items items = list.items(null);
    while (items.next()) {
      bytes = items.place().offset();
    }
    assertThat(bytes).isEqualTo(20_000);
  }

  @Test
  void anyHistoryGivesWhatASimpleListGives() throws IOException {
    for (long seed = 1; seed <= 300; seed++) {
      history(seed);
    }
  }

  private static void history(long seed) throws IOException {
    Random random = new Random(seed);
    EventList list = new EventList();
    List<Item> model = new ArrayList<>();
    long entryId = 0;
    long highest = 0;
    long deletedTo = 0;
    for (int step = 0; step < 200; step++) {
      entryId += 1 + random.nextInt(random.nextInt(10) == 0 ? 100_000 : 50);
      int what = random.nextInt(20);
      if (what < 14) {
        boolean isOverlap = seed % 3 == 0 && random.nextInt(10) == 0;
        long first = isOverlap ? Math.max(1, highest - 3) : highest + 1 + random.nextInt(2);
        long last = first + (random.nextInt(4) == 0 ? random.nextInt(5) : 0);
        list.write(entryId, first, last);
        if (last > deletedTo) {
          model.add(new Item(entryId, first, last));
        }
        highest = Math.max(highest, last);
      } else if (what < 16) {
        long to = random.nextInt(8) == 0 ? Long.MAX_VALUE : highest - random.nextInt(30);
        list.delete(entryId, to);
        deletedTo = Math.max(deletedTo, Math.min(to, highest));
        long deleted = deletedTo;
        model.removeIf(each -> each.last() <= deleted);
      } else if (what < 19 && !model.isEmpty()) {
        int at = random.nextInt(model.size());
        Item old = model.get(at);
        list.move(old.entryId(), entryId);
        model.set(at, new Item(entryId, old.first(), old.last()));
      } else {
        list = copy(list);
      }
      if (random.nextInt(3) == 0) {
        assertThat(items(list, null)).as("seed=%s step=%s", seed, step).isEqualTo(model);
      }
      assertThat(list.highest()).as("seed=%s step=%s", seed, step).isEqualTo(highest);
      assertThat(list.deletedTo()).as("seed=%s step=%s", seed, step).isEqualTo(deletedTo);
    }
    assertThat(items(list, null)).as("seed=%s", seed).isEqualTo(model);
  }

  @Test
  void readingGoesOnFromAPlaceAndFromTheStartIfThatDoesNotFitAnyMore() {
    EventList list = new EventList();
    list.write(10, 1, 1);
    list.write(20, 2, 2);
    EventList.Items all = list.items(null);
    assertThat(all.next()).isTrue();
    assertThat(all.next()).isTrue();
    EventList.Place end = all.place();
    list.write(30, 3, 4);

    assertThat(items(list, end)).containsExactly(new Item(30, 3, 4));

    list.move(10, 40);
    assertThat(items(list, end))
        .containsExactly(new Item(40, 1, 1), new Item(20, 2, 2), new Item(30, 3, 4));
  }

  @Test
  void applyingAnEntryAgainChangesNothing() {
    EventList list = new EventList();
    list.write(1, 1, 1);
    list.delete(2, Long.MAX_VALUE);
    list.write(3, 2, 2);
    list.write(1, 1, 1);
    list.delete(2, Long.MAX_VALUE); // Else it would delete what was written after it.
    list.write(3, 2, 2);

    assertThat(items(list, null)).containsExactly(new Item(3, 2, 2));
  }

  @Test
  void deletingInALongListGivesMemoryBack() {
    EventList list = new EventList();
    for (int i = 1; i <= 1_000; i++) {
      list.write(i, i, i);
    }
    list.delete(1_001, 990);

    assertThat(items(list, null)).hasSize(10);
    assertThat(list.items(null).place().offset()).isZero();
  }

  private static List<Item> items(EventList list, EventList.@Nullable Place from) {
    List<Item> found = new ArrayList<>();
    EventList.Items items = list.items(from);
    while (items.next()) {
      found.add(new Item(items.entryId(), items.firstSequenceNr(), items.lastSequenceNr()));
    }
    return found;
  }

  private static EventList copy(EventList list) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    list.writeTo(new DataOutputStream(bytes));
    return EventList.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
  }
}
