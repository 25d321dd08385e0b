package dev.durability.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Every place of core and segmentindex where a number may not fit was looked at once: {@code
 * arithmetic.txt} has each method that calculates, what it does how often, and why that is right. A
 * method that is new, gone or changed fails here, with the lines to paste; the reason is for a
 * human to write.
 */
class ArithmeticTest {
  private static final String FORM = "class#method | what and how often | why it is right";

  /** A line of the list. */
  private record Reviewed(String counts, String reason) {}

  @Test
  void everyCalculationWasLookedAtOnce() throws IOException {
    SortedMap<String, String> found = Arithmetic.ofTheLibrary();
    SortedMap<String, Reviewed> reviewed = reviewed();
    List<String> toPaste = new ArrayList<>();
    found.forEach(
        (method, counts) -> {
          Reviewed line = reviewed.get(method);
          if (line == null || !line.counts.equals(counts)) {
            toPaste.add(method + " | " + counts + " | " + (line == null ? "" : line.reason));
          }
        });
    List<String> toRemove =
        reviewed.keySet().stream().filter(method -> !found.containsKey(method)).toList();
    assertThat(toPaste)
        .as(
            "look at what is new or changed, and put these lines into arithmetic.txt (%s):%n%s%n",
            FORM, String.join("\n", toPaste))
        .isEmpty();
    assertThat(toRemove).as("lines of arithmetic.txt without a method").isEmpty();
    System.out.println(
        found.size() + " methods of core and segmentindex calculate; each was looked at");
  }

  @Test
  void everyLineHasAReasonThatIsNamed() throws IOException {
    SortedMap<String, String> reasons = new TreeMap<>();
    for (String line : lines()) {
      if (line.startsWith("= ")) {
        String[] parts = line.substring(2).split(": ", 2);
        assertThat(parts).as(line).hasSize(2);
        assertThat(reasons.put(parts[0], parts[1])).as(line).isNull();
      }
    }
    for (Map.Entry<String, Reviewed> each : reviewed().entrySet()) {
      String reason = each.getValue().reason;
      assertThat(reasons.containsKey(reason) || reason.contains(" "))
          .as("the reason of %s: a named one, or a sentence", each.getKey())
          .isTrue();
    }
  }

  private static SortedMap<String, Reviewed> reviewed() throws IOException {
    SortedMap<String, Reviewed> all = new TreeMap<>();
    for (String line : lines()) {
      if (!line.startsWith("= ")) {
        String[] parts = line.split(" \\| ", 3);
        assertThat(parts).as("%s: %s", line, FORM).hasSize(3);
        assertThat(all.put(parts[0], new Reviewed(parts[1], parts[2]))).as(line).isNull();
      }
    }
    return all;
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = ArithmeticTest.class.getResourceAsStream("arithmetic.txt")) {
      String text =
          new String(
              Objects.requireNonNull(in, "arithmetic.txt").readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.isBlank() && !line.startsWith("# ")).toList();
    }
  }
}
