package dev.durability.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The table of docs/observability.md and the dashboard name the meters that exist, and each of
 * them.
 */
class ObservabilityPageTest {
  private static final Path PAGE = Path.of("..", "docs", "observability.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(durability\\.[a-z.]+)` \\| `(durability_\\w+)` \\|");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^(durability_\\w+)[{ ]");
  private static final Pattern IN_EXPRESSION = Pattern.compile("durability_\\w+");
  private static final String OF_MANY = "_(count|sum|max)$";

  private final Set<String> meters = new TreeSet<>();
  private final Set<String> samples = new TreeSet<>();

  @BeforeEach
  void scrape() throws IOException {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    DurabilityMetrics metrics = new DurabilityMetrics("orders", Path.of("."));
    metrics.bindTo(registry);
    try (metrics;
        DurableState<String, String> state =
            DurableState.open(
                new MemoryDirectory(),
                Codecs.utf8(),
                new Texts(),
                CheckpointPolicy.manual(),
                WalOptions.builder().observer(metrics).build())) {
      metrics.watch(state);
      state.update("a");
      state.checkpoint();
      for (Meter meter : registry.getMeters()) {
        meters.add(meter.getId().getName());
      }
      Matcher sample = SAMPLE.matcher(registry.scrape());
      while (sample.find()) {
        samples.add(sample.group(1));
      }
    }
  }

  /** The meters of the table, with their names in Prometheus. */
  private static Map<String, String> table() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      assertThat(rows.put(row.group(1), row.group(2))).as(row.group(1)).isNull();
    }
    return rows;
  }

  private static Set<String> dashboard() throws IOException {
    Set<String> names = new TreeSet<>();
    try (InputStream in = DurabilityMetrics.class.getResourceAsStream("grafana-dashboard.json")) {
      JsonNode root = new ObjectMapper().readTree(Objects.requireNonNull(in));
      assertThat(root.findValues("expr")).hasSizeGreaterThan(20);
      for (String key : new String[] {"expr", "definition"}) {
        for (String expression : root.findValuesAsText(key)) {
          Matcher name = IN_EXPRESSION.matcher(expression);
          while (name.find()) {
            names.add(name.group());
          }
        }
      }
    }
    return names;
  }

  @Test
  void tableHasEachMeterAndNoOther() throws IOException {
    assertThat(table().keySet()).isEqualTo(meters);
  }

  @Test
  void tableHasTheNamesThatPrometheusSees() throws IOException {
    Set<String> seen = new TreeSet<>();
    Set<String> ofTable = new TreeSet<>(table().values());
    for (String sample : samples) {
      String many = sample.replaceFirst(OF_MANY, "");
      seen.add(ofTable.contains(many) ? many : sample);
    }
    assertThat(ofTable).isEqualTo(seen);
  }

  @Test
  void dashboardNamesOnlyWhatPrometheusSees() throws IOException {
    assertThat(samples).containsAll(dashboard());
  }

  @Test
  void dashboardShowsEachMeterOfTheTable() throws IOException {
    Set<String> shown = new TreeSet<>();
    for (String name : dashboard()) {
      shown.add(name);
      shown.add(name.replaceFirst(OF_MANY, ""));
    }
    assertThat(shown).containsAll(table().values());
  }

  @Test
  void alertsOfThePageNameOnlyWhatPrometheusSees() throws IOException {
    Matcher name = IN_EXPRESSION.matcher(Files.readString(PAGE));
    Set<String> named = new TreeSet<>();
    while (name.find()) {
      named.add(name.group());
    }
    named.removeAll(table().values());
    assertThat(samples).containsAll(named);
  }
}
