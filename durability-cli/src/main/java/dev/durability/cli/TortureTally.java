package dev.durability.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.durability.cli.bench.Wrapped;
import dev.durability.log.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The result of the torture, as a table and as JSON. */
final class TortureTally {
  private final long seed;
  private final Map<TorturePhase, Integer> kills = new EnumMap<>(TorturePhase.class);
  private final Map<TorturePhase, Integer> completed = new EnumMap<>(TorturePhase.class);
  private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
  private long acknowledged;
  private long survived;
  private int tornEnds;
  private int recoveriesInARow;
  private int recoveriesInARowMost;
  private double seconds;
  private String violation = "";

  TortureTally(long seed) {
    this.seed = seed;
  }

  /** Adds a life and what it left. */
  void add(TortureLife life, TortureCheck.Finding found) {
    TorturePhase diedIn = life.diedIn();
    kills.merge(diedIn, 1, Integer::sum);
    for (TorturePhase phase : TorturePhase.values()) {
      completed.merge(phase, life.completed(phase), Integer::sum);
    }
    if (found.verdict() != null) {
      verdicts.merge(found.verdict(), 1, Integer::sum);
    }
    for (TortureLife.Acknowledgement each : life.acknowledged()) {
      acknowledged += each.entries();
    }
    survived += found.survived();
    recoveriesInARow = diedIn == TorturePhase.RECOVERY ? recoveriesInARow + 1 : 0;
    recoveriesInARowMost = Math.max(recoveriesInARowMost, recoveriesInARow);
    violation = found.violation();
  }

  /** Adds an end after which bytes were put. */
  void addTornEnd() {
    tornEnds++;
  }

  /** Notes what else is wrong. */
  void violate(String what) {
    violation = what;
  }

  void took(double secondsTaken) {
    seconds = secondsTaken;
  }

  boolean isGood() {
    return violation.isEmpty();
  }

  int kills() {
    return kills.values().stream().mapToInt(Integer::intValue).sum();
  }

  long acknowledged() {
    return acknowledged;
  }

  /**
   * The table.
   *
   * @param where where the log is, if something is wrong with it
   * @param columns how wide it may be, at least 50
   */
  String text(String where, int columns) {
    StringBuilder text = new StringBuilder();
    line(text, "%-28s %10s%n", "killed during", "kills");
    for (TorturePhase phase : TorturePhase.values()) {
      String note =
          phase == TorturePhase.RECOVERY ? "  up to " + recoveriesInARowMost + " in a row" : "";
      line(text, "  %-26s %,10d%s%n", phase.title(), kills.getOrDefault(phase, 0), note);
    }
    line(text, "  %-26s %,10d%n%n", "all", kills());
    line(text, "%-28s %,10d%n", "entries acknowledged", acknowledged);
    line(text, "%-28s %,10d%n", "  recovered beyond those", survived);
    line(text, "%-28s %,10d%n", "segments begun", completed(TorturePhase.ROTATION));
    line(text, "%-28s %,10d%n", "checkpoints", completed(TorturePhase.CHECKPOINT));
    line(text, "%-28s %,10d%n", "truncations", completed(TorturePhase.TRUNCATION));
    line(text, "%-28s %,10d%n%n", "ends torn by hand", tornEnds);
    line(text, "%-28s %10s%n", "verdict after a kill", "times");
    for (Verdict verdict : Verdict.values()) {
      line(text, "  %-26s %,10d%n", verdict, verdicts.getOrDefault(verdict, 0));
    }
    line(text, "%n%s%n", isGood() ? good() : bad(where));
    line(
        text,
        "%nWhat this does not test: SIGKILL leaves the page cache to the kernel, so that everything"
            + " written survives, synced or not. What a loss of power leaves is tested with"
            + " simulated disks, by the tests of the library.%n");
    return Wrapped.of(text.toString(), columns);
  }

  private String good() {
    return String.format(
        Locale.ROOT,
        "In %.0f s, each time everything acknowledged was there, in order, batches whole, and"
            + " nothing else.%nseed=%d repeats the choices, but not the exact moments.",
        seconds,
        seed);
  }

  private String bad(String where) {
    return "VIOLATION: "
        + violation
        + System.lineSeparator()
        + "The log is kept in "
        + where
        + ". seed="
        + seed;
  }

  private int completed(TorturePhase phase) {
    return completed.getOrDefault(phase, 0);
  }

  private static void line(StringBuilder text, String form, Object... values) {
    text.append(String.format(Locale.ROOT, form, values));
  }

  /** One object on one line. Programs read its keys, so they are fixed. */
  byte[] json(String where) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("seed", seed);
      json.writeNumberField("seconds", Math.round(seconds));
      json.writeNumberField("kills", kills());
      Map<String, Integer> byPhase = new TreeMap<>();
      Map<String, Integer> byVerdict = new TreeMap<>();
      for (TorturePhase phase : TorturePhase.values()) {
        byPhase.put(phase.title(), kills.getOrDefault(phase, 0));
      }
      for (Verdict verdict : Verdict.values()) {
        byVerdict.put(verdict.name(), verdicts.getOrDefault(verdict, 0));
      }
      counts(json, "killsByPhase", byPhase);
      json.writeNumberField("recoveryKillsInARow", recoveriesInARowMost);
      json.writeNumberField("acknowledged", acknowledged);
      json.writeNumberField("recoveredBeyondAcknowledged", survived);
      json.writeNumberField("segments", completed(TorturePhase.ROTATION));
      json.writeNumberField("checkpoints", completed(TorturePhase.CHECKPOINT));
      json.writeNumberField("truncations", completed(TorturePhase.TRUNCATION));
      json.writeNumberField("endsTornByHand", tornEnds);
      counts(json, "verdicts", byVerdict);
      json.writeFieldName("violation");
      if (isGood()) {
        json.writeNull();
      } else {
        json.writeString(violation);
        json.writeStringField("keptIn", where);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  private static void counts(JsonGenerator json, String name, Map<String, Integer> counts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Integer> each : counts.entrySet()) {
      json.writeNumberField(each.getKey(), each.getValue());
    }
    json.writeEndObject();
  }
}
