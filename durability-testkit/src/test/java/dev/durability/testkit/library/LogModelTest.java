package dev.durability.testkit.library;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.testkit.library.LogEvent.Appended;
import dev.durability.testkit.library.LogEvent.Attempted;
import dev.durability.testkit.library.LogEvent.Recovered;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the oracle of the crash tests says of histories that were written by hand. */
class LogModelTest {
  private static final String OPEN = "open.1/1:";
  private static final String TOLD = "told.1/1:";

  private static NavigableMap<Long, String> entries(long firstId, String... texts) {
    NavigableMap<Long, String> entries = new TreeMap<>();
    for (String text : texts) {
      entries.put(firstId + entries.size(), text);
    }
    return entries;
  }

  private static List<LogEvent> historyThatEndsWith(LogEvent last) {
    return List.of(
        new Attempted(List.of(OPEN)),
        new Attempted(List.of(TOLD)),
        new Appended(2, List.of(TOLD)),
        last);
  }

  @Test
  void entryThatACheckpointHidAndWhoseOutcomeWasOpenMayBeSeenLater() {
    List<LogEvent> events = historyThatEndsWith(new Recovered(2, entries(2, TOLD)));
    assertThatCode(() -> new LogModel(events, 0).check(entries(1, OPEN, TOLD), 2, 0))
        .doesNotThrowAnyException();
  }

  @Test
  void entryThatOpeningDidNotFindMustNotComeBack() {
    List<LogEvent> events = historyThatEndsWith(new Recovered(0, entries(1)));
    for (String text : List.of(OPEN, TOLD)) {
      assertThatThrownBy(() -> new LogModel(events, 0).check(entries(1, text), 1, 0))
          .hasMessageContaining("came back");
    }
  }

  @Test
  void entryThatWasToldItsIdAndIsCutMustNotComeBackWhateverACheckpointHides() {
    List<LogEvent> events = historyThatEndsWith(new Recovered(1, entries(2)));
    assertThatThrownBy(() -> new LogModel(events, 0).check(entries(1, OPEN, TOLD), 2, 0))
        .hasMessageContaining("came back");
  }
}
