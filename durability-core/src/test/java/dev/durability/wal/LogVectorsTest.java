package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The logs of the format's vectors, made by an independent encoder: verdict, P, C, D, entries. */
class LogVectorsTest {
  /** Bytes, whatever the log says of them. */
  private static final Codec<byte[]> ANY_SCHEMA =
      Codecs.bytes(Schema.of("application/octet-stream", new byte[0]));

  @TestFactory
  Stream<DynamicTest> everyLogIsReadAsTheRuleDemands() throws IOException {
    JsonNode vectors;
    try (InputStream in =
        LogVectorsTest.class.getResourceAsStream("/dev/durability/vectors.json")) {
      vectors = new ObjectMapper().readTree(in);
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode log : vectors.get("logs")) {
      tests.add(DynamicTest.dynamicTest(log.get("name").asText(), () -> check(log)));
    }
    assertThat(tests).hasSizeGreaterThan(25);
    return tests.stream();
  }

  private static void check(JsonNode log) throws IOException {
    MemoryDirectory directory = files(log);
    Verdict verdict = Verdict.valueOf(log.get("verdict").asText());
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(verdict);
    WalReader<byte[]> reader = WalReader.of(directory, Codecs.bytes());
    assertThat(report.intact()).isEqualTo(log.get("P").asLong());
    assertThat(report.covered()).isEqualTo(log.get("C").asLong());
    assertThat(report.promised()).isEqualTo(log.get("D").asLong());
    if (verdict == Verdict.CORRUPT) {
      assertThatThrownBy(reader::readAll).isInstanceOf(CorruptLogException.class);
      assertThatThrownBy(() -> WalWriter.open(directory, ANY_SCHEMA, WalOptions.defaults()))
          .isInstanceOf(CorruptLogException.class);
      return;
    }
    assertThat(report.cut() == null).isEqualTo(verdict == Verdict.CLEAN);
    assertThat(read(reader)).isEqualTo(expected(log));
    reopenAndAppend(directory, report, expected(log));
  }

  private static void reopenAndAppend(
      MemoryDirectory directory, LogReport report, List<String> before) throws IOException {
    List<String> handedOver = new ArrayList<>();
    try (WalWriter<byte[]> writer =
        WalWriter.open(
            directory,
            ANY_SCHEMA,
            WalOptions.defaults(),
            (id, entry) -> handedOver.add(id + " " + HexFormat.of().formatHex(entry)))) {
      assertThat(writer.recovered()).isEqualTo(report);
      assertThat(writer.appendDurable(new byte[] {7})).isEqualTo(report.intact() + 1);
    }
    assertThat(handedOver).isEqualTo(before);
    LogReport after = WalMaintenance.verify(directory);
    assertThat(after.verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(after.intact()).isEqualTo(report.intact() + 1);
    assertThat(after.promised()).isEqualTo(report.intact() + 1);
  }

  private static List<String> read(WalReader<byte[]> reader) throws IOException {
    return reader.readAll().stream()
        .map(record -> record.id() + " " + HexFormat.of().formatHex(record.entry()))
        .toList();
  }

  private static List<String> expected(JsonNode log) {
    List<String> entries = new ArrayList<>();
    for (JsonNode entry : log.get("entries")) {
      if (!entry.get(1).asText().equals("CHECKPOINT")) {
        entries.add(entry.get(0).asText() + " " + entry.get(2).asText());
      }
    }
    return entries;
  }

  private static MemoryDirectory files(JsonNode log) throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    var files = log.get("files").properties();
    for (var file : files) {
      String path = file.getKey();
      directory.createDirectories(path.substring(0, path.indexOf('/')));
      try (AppendFile out = directory.create(path, 0)) {
        out.write(ByteBuffer.wrap(HexFormat.of().parseHex(file.getValue().asText())));
      }
    }
    return directory;
  }
}
