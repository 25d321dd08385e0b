package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Timestamp;
import dev.durability.avro.AvroCodec;
import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.jackson.JacksonCodec;
import dev.durability.kotlin.KotlinCodec;
import dev.durability.protobuf.ProtobufCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.File;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kotlin.jvm.internal.LongCompanionObject;
import kotlin.jvm.internal.StringCompanionObject;
import kotlinx.serialization.builtins.BuiltinSerializersKt;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program shows what other programs wrote with any codec, without their classes. */
class ModulesTest {
  /** An entry of another program. */
  public record Order(String article, BigDecimal price, List<String> tags) {}

  @TempDir private Path tmp;

  private <T> Path append(Codec<T> codec, T entry) throws IOException {
    Path log = tmp.resolve("log");
    try (WalWriter<T> writer =
        WalWriter.open(FsDirectory.open(log), codec, WalOptions.defaults())) {
      writer.appendDurable(entry);
    }
    return log;
  }

  /** Runs the program without the classes of the tests. */
  private static String cat(Path log) throws Exception {
    Path tests =
        Path.of(ModulesTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(place -> !Path.of(place).toAbsolutePath().equals(tests))
            .filter(place -> !place.contains("slf4j-simple")) // Apart, with BookKeeper's jars.
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                Main.class.getName(),
                "cat",
                "--json",
                log.toString())
            .redirectErrorStream(true) // Nothing may be said there.
            .start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }

  @Test
  void postcard() throws Exception {
    Path log =
        append(
            PostcardCodec.of(Order.class, MethodHandles.lookup()),
            new Order("pears", new BigDecimal("0.10"), List.of("a")));
    assertThat(cat(log)).isEqualTo("{\"article\":\"pears\",\"price\":0.10,\"tags\":[\"a\"]}\n");
  }

  @Test
  void json() throws Exception {
    Path log =
        append(
            JacksonCodec.of(Order.class, new ObjectMapper()),
            new Order("pears", new BigDecimal("0.12345678901234567890"), List.of("a")));
    assertThat(cat(log))
        .isEqualTo("{\"article\":\"pears\",\"price\":0.12345678901234567890,\"tags\":[\"a\"]}\n");
  }

  @Test
  void avro() throws Exception {
    org.apache.avro.Schema schema =
        SchemaBuilder.record("Order")
            .fields()
            .requiredString("article")
            .requiredLong("count")
            .optionalString("note")
            .endRecord();
    GenericRecord order =
        new GenericRecordBuilder(schema).set("article", "pears").set("count", 1L << 60).build();
    assertThat(cat(append(AvroCodec.generic(schema), order)))
        .isEqualTo("{\"article\":\"pears\",\"count\":1152921504606846976,\"note\":null}\n");
  }

  @Test
  void protocolBuffers() throws Exception {
    Timestamp moment = Timestamp.newBuilder().setSeconds(1L << 40).setNanos(7).build();
    assertThat(cat(append(ProtobufCodec.of(Timestamp.getDefaultInstance()), moment)))
        .isEqualTo("{\"seconds\":1099511627776,\"nanos\":7}\n");
  }

  @Test
  void kotlin() throws Exception {
    Codec<Map<String, Long>> counts =
        KotlinCodec.json(
            BuiltinSerializersKt.MapSerializer(
                BuiltinSerializersKt.serializer(StringCompanionObject.INSTANCE),
                BuiltinSerializersKt.serializer(LongCompanionObject.INSTANCE)));
    assertThat(cat(append(counts, Map.of("pears", 1L << 60))))
        .isEqualTo("{\"pears\":1152921504606846976}\n");
  }
}
