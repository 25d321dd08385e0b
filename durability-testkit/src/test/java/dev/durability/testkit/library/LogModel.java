package dev.durability.testkit.library;

import dev.durability.testkit.library.LogEvent.Acknowledged;
import dev.durability.testkit.library.LogEvent.Appended;
import dev.durability.testkit.library.LogEvent.Attempted;
import dev.durability.testkit.library.LogEvent.Covered;
import dev.durability.testkit.library.LogEvent.Flushed;
import dev.durability.testkit.library.LogEvent.Kept;
import dev.durability.testkit.library.LogEvent.MarkerAttempted;
import dev.durability.testkit.library.LogEvent.Recovered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;

/**
 * The contract of README.md, word for word, over what was noted and what is found. Each entry's
 * text is unique and tells its batch: {@code <name>.<index>/<size>:<filling>}.
 */
final class LogModel {
  private final Set<String> attempted = new HashSet<>();
  private final Set<String> gone = new HashSet<>();
  private final Map<Long, String> known = new HashMap<>();
  private final List<Kept> kept = new ArrayList<>();
  private long acknowledged;
  private long flushed;
  private long covered;
  private int markers;

  /**
   * Learns what was noted.
   *
   * @param lastPowerLoss how many of the events were followed by a loss of power
   */
  LogModel(List<LogEvent> events, int lastPowerLoss) {
    for (int i = 0; i < events.size(); i++) {
      LogEvent event = events.get(i);
      if (event instanceof Attempted each) {
        attempted.addAll(each.batch());
      } else if (event instanceof Appended each) {
        appended(each);
      } else if (event instanceof Flushed each && i >= lastPowerLoss) {
        flushed = Math.max(flushed, each.id());
      } else if (event instanceof Acknowledged each) {
        acknowledged = Math.max(acknowledged, each.id());
      } else if (event instanceof MarkerAttempted) {
        markers++;
      } else if (event instanceof Covered each) {
        covered = Math.max(covered, each.id());
      } else if (event instanceof Kept each) {
        kept.add(each);
      } else if (event instanceof Recovered each) {
        recovered(each.intact(), each.found());
      }
    }
  }

  List<Kept> kept() {
    return kept;
  }

  private void appended(Appended event) {
    long id = event.lastId() - event.batch().size();
    for (String text : event.batch()) {
      String before = known.put(++id, text);
      require(before == null || before.equals(text), "id " + id + " was given twice");
    }
  }

  private void recovered(long intact, NavigableMap<Long, String> found) {
    known.keySet().removeIf(id -> id > intact);
    known.putAll(found);
    gone.addAll(attempted);
    gone.removeAll(known.values());
    acknowledged = intact;
    flushed = Math.min(flushed, intact);
  }

  /** Checks what opening handed over. */
  void check(NavigableMap<Long, String> found, long intact, long nowCovered) {
    require(intact >= acknowledged, "acknowledged up to " + acknowledged + ", found " + intact);
    require(intact >= flushed, "flushed up to " + flushed + ", found " + intact);
    require(nowCovered >= covered, "covered up to " + covered + ", found " + nowCovered);
    require(found.isEmpty() || found.lastKey() <= intact, "an entry behind the end");
    long first = found.isEmpty() ? nowCovered + 1 : Math.min(nowCovered + 1, found.firstKey());
    Set<String> unique = new HashSet<>();
    int missing = 0;
    for (long id = first; id <= intact; id++) {
      String text = found.get(id);
      String expected = known.get(id);
      if (text == null) {
        missing++;
        require(expected == null, "entry " + id + " is missing");
        continue;
      }
      require(attempted.contains(text), "entry " + id + " was never appended: " + shorten(text));
      require(!gone.contains(text), "entry " + id + " was cut, and came back: " + shorten(text));
      require(unique.add(text), "entry " + id + " is there twice");
      require(expected == null || expected.equals(text), "entry " + id + " is another one");
    }
    require(missing <= markers, missing + " entries are missing, and " + markers + " markers");
    checkBatches(found, first);
  }

  private static void checkBatches(NavigableMap<Long, String> found, long first) {
    Map<String, Integer> last = new HashMap<>();
    found.forEach(
        (id, text) -> {
          int dot = text.indexOf('.');
          int slash = text.indexOf('/');
          String name = text.substring(0, dot);
          int index = Integer.parseInt(text.substring(dot + 1, slash));
          int size = Integer.parseInt(text.substring(slash + 1, text.indexOf(':')));
          require(
              last.getOrDefault(name, 0) == index - 1 && id - index + 1 >= first,
              "a batch has lost its first entries: " + shorten(text));
          last.put(name, index);
          require(
              index == size || found.containsKey(id + 1),
              "a batch of " + size + " ends after " + index);
        });
  }

  private static String shorten(String text) {
    return text.substring(0, Math.min(20, text.length()));
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
