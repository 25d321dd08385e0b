package dev.durability.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The result as text, as JSON and as a chart. */
class ReportsTest {
  private static final BenchResult RESULT =
      new BenchResult(
          new Disk(new FileSystem("ext4", "/dev/a<b&c"), 4),
          30,
          9,
          128,
          List.of(
              measurement("synced-write", true, 10_000, 1, 100_000),
              measurement("append-1", false, 9_700, 0.97, 103_000),
              measurement("append-16", false, 90_000, 9, 170_000),
              measurement("replay", false, 5_000_000, 0.9, 0)));

  private static Measurement measurement(
      String name, boolean isProbe, double rate, double ratio, long medianNanos) {
    Histogram latencies = new Histogram(3);
    for (int i = 0; medianNanos > 0 && i < 1000; i++) {
      latencies.recordValue(medianNanos + (i - 500) * 20L);
    }
    if (medianNanos > 0) {
      latencies.recordValue(20 * medianNanos);
    }
    return new Measurement(
        name,
        "what " + name + " is",
        isProbe,
        new Spread(rate, rate * 0.9, rate * 1.1),
        new Spread(ratio, ratio * 0.9, ratio * 1.1),
        latencies);
  }

  @Test
  void textTellsTheDiskTheRatiosAndHowLatenciesAreSpread() {
    String text = TextReport.of(RESULT, 90);
    assertThat(text.lines().mapToInt(String::length).max().orElseThrow()).isLessThanOrEqualTo(90);
    assertThat(text.chars()).allMatch(c -> c < 128);
    assertThat(text)
        .contains(
            "ext4 (/dev/a<b&c)",
            "take 100 us (median)",
            DiskVerdict.FAST.explanation().substring(0, 20))
        .containsPattern("what append-1 is +9,700/s +0.97 x +0.87 .. 1.07 +103 us +113 us")
        .containsPattern("what replay is +5,000,000/s +0.90 x +0.81 .. 0.99\\n")
        .containsPattern("92.7 us +.. +131 us  #+ 86.21 % +#+ 99.90 %")
        .containsPattern("1.48 ms +.. +2.10 ms  # 0.10 %");
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 60, 70, 80, 90})
  void textIsNeverWiderThanItsTerminalAndNumbersAreWhole(int columns) {
    String text = TextReport.of(RESULT, columns);
    assertThat(text.lines()).allMatch(line -> line.length() <= columns);
    assertThat(text)
        .containsPattern("what append-1 is .*0.97 x .*103 us")
        .containsPattern("92.7 us +.. +131 us  #+ 86.21 % +#+ 99.90 %");
    assertThat(text.contains("9,700/s")).isEqualTo(columns >= 64);
    assertThat(text.contains("0.87 .. 1.07")).isEqualTo(columns >= 89);
  }

  @Test
  void jsonHasTheSameFiguresOnOneLine() throws Exception {
    byte[] line = JsonReport.of(RESULT);
    assertThat(new String(line, StandardCharsets.UTF_8)).endsWith("}\n").hasLineCount(1);
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.at("/disk/verdict").asText()).isEqualTo("FAST");
    assertThat(json.at("/disk/fileSystem").asText()).isEqualTo("ext4");
    assertThat(json.at("/measurements")).hasSize(4);
    assertThat(json.at("/measurements/0/probe").asBoolean()).isTrue();
    assertThat(json.at("/measurements/1/name").asText()).isEqualTo("append-1");
    assertThat(json.at("/measurements/1/byProbe/median").asDouble()).isEqualTo(0.97);
    assertThat(json.at("/measurements/1/perSecond/least").asDouble()).isEqualTo(8730);
    assertThat(json.at("/measurements/1/latencyMicros/count").asInt()).isEqualTo(1001);
    assertThat(json.at("/measurements/3").has("latencyMicros")).isFalse();
  }

  @Test
  void plotIsXmlWithACurveInsideTheFrameForEachThatWasWaitedFor() throws Exception {
    String svg = PercentilePlot.of(RESULT);
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    NodeList curves = document.getElementsByTagName("polyline");
    assertThat(curves.getLength()).isEqualTo(3);
    for (int i = 0; i < curves.getLength(); i++) {
      assertRisesInsideTheFrame(((Element) curves.item(i)).getAttribute("points"));
    }
    assertThat(svg).contains("append-16", "0.97", "\u00b5s", "99.9 %", "latency", "a&lt;b&amp;c");
  }

  private static void assertRisesInsideTheFrame(String points) {
    List<Double> across = new ArrayList<>();
    List<Double> down = new ArrayList<>();
    for (String point : points.split(" ", -1)) {
      across.add(Double.valueOf(point.substring(0, point.indexOf(','))));
      down.add(Double.valueOf(point.substring(point.indexOf(',') + 1)));
    }
    assertThat(across).isSorted().allMatch(x -> x >= 84 && x <= 650);
    assertThat(down)
        .isSortedAccordingTo((a, b) -> Double.compare(b, a))
        .allMatch(y -> y >= 78 && y <= 446);
  }

  @ParameterizedTest
  @CsvSource({"1, 1.00 ns", "999, 999 ns", "1000, 1.00 us", "12345, 12.3 us", "999600, 1.00 ms"})
  void timesHaveThreeDigits(long nanos, String text) {
    assertThat(Quantity.time(nanos)).isEqualTo(text);
  }

  @Test
  void reportsAreTheSameInEveryLocale() {
    String text = TextReport.of(RESULT, 90);
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(TextReport.of(RESULT, 90)).isEqualTo(text);
    } finally {
      Locale.setDefault(before);
    }
  }
}
