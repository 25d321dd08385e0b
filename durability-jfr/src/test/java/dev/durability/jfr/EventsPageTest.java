package dev.durability.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.ValueDescriptor;
import org.junit.jupiter.api.Test;

/** The table of docs/observability.md has each event with its fields. */
class EventsPageTest {
  private static final Path SOURCES = Path.of("src", "main", "java", "dev", "durability", "jfr");
  private static final Path PAGE = Path.of("..", "docs", "observability.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(dev\\.durability\\.\\w+)` \\| ([^|]*) \\|");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  /** Those that each event of any library has, and the one that the page names once. */
  private static final Set<String> COMMON =
      Set.of("startTime", "duration", "eventThread", "stackTrace", "log");

  @Test
  void tableHasEachEventWithItsFields() throws Exception {
    Map<String, Set<String>> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      Set<String> fields =
          NAME.matcher(row.group(2))
              .results()
              .map((MatchResult name) -> name.group(1))
              .collect(Collectors.toCollection(TreeSet::new));
      rows.put(row.group(1), fields);
    }
    assertThat(rows).isEqualTo(events());
  }

  private static Map<String, Set<String>> events() throws Exception {
    Map<String, Set<String>> events = new TreeMap<>();
    List<String> names;
    try (Stream<Path> sources = Files.list(SOURCES)) {
      names =
          sources
              .map(source -> source.getFileName().toString())
              .filter(name -> name.endsWith("Event.java"))
              .map(name -> name.replace(".java", ""))
              .toList();
    }
    for (String name : names) {
      EventType type =
          EventType.getEventType(
              Class.forName("dev.durability.jfr." + name).asSubclass(Event.class));
      Set<String> fields =
          type.getFields().stream()
              .map(ValueDescriptor::getName)
              .filter(field -> !COMMON.contains(field))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(type.getField("log")).as(name).isNotNull();
      events.put(type.getName(), fields);
    }
    return events;
  }
}
