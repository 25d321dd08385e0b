package dev.durability.testkit.library;

import dev.durability.testkit.library.LogEvent.Acknowledged;
import dev.durability.testkit.library.LogEvent.Appended;
import dev.durability.testkit.library.LogEvent.Attempted;
import dev.durability.testkit.library.LogEvent.Covered;
import dev.durability.testkit.library.LogEvent.Flushed;
import dev.durability.testkit.library.LogEvent.Kept;
import dev.durability.testkit.library.LogEvent.Recovered;
import dev.durability.testkit.library.LogEvent.Removed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The contract of docs/contract.md, word for word, over what was noted and what is found. Each
 * entry's text is unique and tells its batch: {@code <name>.<index>/<size>:<filling>}.
 */
final class LogModel {
  /** By name: hashing whole texts would take most of the time. */
  private final Map<String, String> attempted = new HashMap<>();

  /** Those that were told their id. */
  private final Set<String> withId = new HashSet<>();

  private final Set<String> gone = new HashSet<>();
  private final Map<Long, String> known = new HashMap<>();
  private final List<Kept> kept = new ArrayList<>();
  private final List<String> removed = new ArrayList<>();
  private long acknowledged;
  private long flushed;
  private long covered;

  /**
   * Learns what was noted.
   *
   * @param lastPowerLoss how many of the events were followed by a loss of power
   */
  LogModel(List<LogEvent> events, int lastPowerLoss) {
    for (int i = 0; i < events.size(); i++) {
      LogEvent event = events.get(i);
      if (event instanceof Attempted each) {
        each.batch().forEach(text -> attempted.put(name(text), text));
      } else if (event instanceof Appended each) {
        appended(each);
      } else if (event instanceof Flushed each && i >= lastPowerLoss) {
        flushed = Math.max(flushed, each.id());
      } else if (event instanceof Acknowledged each) {
        acknowledged = Math.max(acknowledged, each.id());
      } else if (event instanceof Covered each) {
        covered = Math.max(covered, each.id());
      } else if (event instanceof Kept each) {
        kept.add(each);
      } else if (event instanceof Removed each) {
        removed.addAll(each.paths());
      } else if (event instanceof Recovered each) {
        recovered(each.intact(), each.found());
      }
    }
  }

  List<String> removed() {
    return removed;
  }

  List<Kept> kept() {
    return kept;
  }

  private void appended(Appended event) {
    long id = event.lastId() - event.batch().size();
    for (String text : event.batch()) {
      withId.add(name(text));
      String before = known.put(++id, text);
      if (before != null && !before.equals(text)) {
        throw new AssertionError("id " + id + " was given twice");
      }
    }
  }

  private void recovered(long intact, NavigableMap<Long, String> found) {
    known.keySet().removeIf(id -> id > intact);
    known.putAll(found);
    long first = found.isEmpty() ? intact + 1 : found.firstKey();
    // What a checkpoint covers was not handed over: an attempt whose outcome was left open may be
    // there, and is seen again if the checkpoint's name is lost.
    boolean hides = LongStream.range(1, first).anyMatch(id -> !known.containsKey(id));
    gone.addAll(hides ? withId : attempted.keySet());
    known.values().forEach(text -> gone.remove(name(text)));
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
    for (long id = first; id <= intact; id++) {
      String text = found.get(id);
      String expected = known.get(id);
      if (text == null) {
        throw new AssertionError(
            "entry " + id + " is missing" + (expected == null ? "" : ": " + name(expected)));
      }
      String name = name(text);
      if (!text.equals(attempted.get(name))) {
        throw new AssertionError("entry " + id + " was never appended: " + name);
      }
      if (gone.contains(name) || !unique.add(name)) {
        throw new AssertionError("entry " + id + " was cut, and came back, or is twice: " + name);
      }
      if (expected != null && !expected.equals(text)) {
        throw new AssertionError("entry " + id + " is another one: " + name);
      }
    }
    checkBatches(found, first);
  }

  private static void checkBatches(NavigableMap<Long, String> found, long first) {
    Map<String, Integer> last = new HashMap<>();
    found.forEach(
        (id, text) -> {
          int dot = text.indexOf('.');
          int slash = text.indexOf('/');
          String batch = text.substring(0, dot);
          int index = Integer.parseInt(text, dot + 1, slash, 10);
          int size = Integer.parseInt(text, slash + 1, text.indexOf(':'), 10);
          Integer before = size == 1 ? null : last.put(batch, index);
          if ((before == null ? 0 : before) != index - 1 || id - index + 1 < first) {
            throw new AssertionError("a batch has lost its first entries: " + name(text));
          }
          if (index < size && !found.containsKey(id + 1)) {
            throw new AssertionError("a batch ends with " + name(text));
          }
        });
  }

  /** What an entry is told by: its text up to the filling. */
  private static String name(String text) {
    return text.substring(0, text.indexOf(':'));
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
