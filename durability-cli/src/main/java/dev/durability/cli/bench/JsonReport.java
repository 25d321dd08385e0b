package dev.durability.cli.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The result as JSON. Programs read its keys, so they are fixed. */
public final class JsonReport {

  private JsonReport() {}

  /**
   * Writes one object on one line.
   *
   * @param result what was measured
   * @return the line
   * @throws IOException never, since it is written to memory
   */
  public static byte[] of(BenchResult result) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("seconds", result.seconds());
      json.writeNumberField("rounds", result.rounds());
      json.writeNumberField("entryBytes", result.entryBytes());
      json.writeStringField("java", System.getProperty("java.version"));
      json.writeNumberField("processors", Runtime.getRuntime().availableProcessors());
      disk(json, result);
      json.writeArrayFieldStart("measurements");
      for (Measurement each : result.measurements()) {
        measurement(json, each);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  private static void disk(JsonGenerator json, BenchResult result) throws IOException {
    json.writeObjectFieldStart("disk");
    json.writeStringField("verdict", result.verdict().name());
    json.writeStringField("fileSystem", result.disk().fileSystem().type());
    json.writeStringField("device", result.disk().fileSystem().device());
    number(json, "costOfSync", result.disk().costOfSync());
    json.writeStringField("explanation", result.verdict().explanation());
    json.writeEndObject();
  }

  private static void measurement(JsonGenerator json, Measurement each) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", each.name());
    json.writeBooleanField("probe", each.isProbe());
    spread(json, "perSecond", each.rate());
    spread(json, "byProbe", each.ratio());
    if (each.hasLatencies()) {
      latencies(json, each.latencies());
    }
    json.writeEndObject();
  }

  private static void spread(JsonGenerator json, String name, Spread spread) throws IOException {
    json.writeObjectFieldStart(name);
    number(json, "median", spread.median());
    number(json, "least", spread.least());
    number(json, "most", spread.most());
    json.writeEndObject();
  }

  private static void latencies(JsonGenerator json, Histogram latencies) throws IOException {
    json.writeObjectFieldStart("latencyMicros");
    json.writeNumberField("count", latencies.getTotalCount());
    number(json, "least", latencies.getMinValue() / 1e3);
    number(json, "p50", latencies.getValueAtPercentile(50) / 1e3);
    number(json, "p90", latencies.getValueAtPercentile(90) / 1e3);
    number(json, "p99", latencies.getValueAtPercentile(99) / 1e3);
    number(json, "p999", latencies.getValueAtPercentile(99.9) / 1e3);
    number(json, "most", latencies.getMaxValue() / 1e3);
    json.writeEndObject();
  }

  /** Not more digits than were measured. */
  private static void number(JsonGenerator json, String name, double value) throws IOException {
    json.writeFieldName(name);
    json.writeNumber(String.format(Locale.ROOT, value < 1000 ? "%.3f" : "%.0f", value));
  }
}
