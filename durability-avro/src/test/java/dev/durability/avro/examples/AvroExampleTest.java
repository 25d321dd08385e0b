package dev.durability.avro.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.avro.AvroCodec;
import dev.durability.codec.Codec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two versions of a program with Avro, as the page about it shows them. */
class AvroExampleTest {

  @Test
  void theSecondVersionReadsWhatTheFirstOneWrote(@TempDir Path path) throws Exception {
    // begin:avro
    Schema first =
        SchemaBuilder.record("Ordered")
            .fields()
            .requiredString("item")
            .requiredInt("count")
            .endRecord();
    Codec<GenericRecord> codec = AvroCodec.generic(first);
    try (var log = WalWriter.open(FsDirectory.open(path), codec, WalOptions.defaults())) {
      log.append(new GenericRecordBuilder(first).set("item", "tea").set("count", 2).build());
    }
    // end:avro
    // begin:avro-second
    Schema second =
        SchemaBuilder.record("Ordered")
            .fields()
            .name("article") // It was item before.
            .aliases("item")
            .type()
            .stringType()
            .noDefault()
            .requiredLong("count")
            .name("gift")
            .type()
            .booleanType()
            .booleanDefault(false)
            .endRecord();
    var read = WalReader.of(FsDirectory.open(path), AvroCodec.generic(second)).readAll();
    // end:avro-second

    assertThat(read)
        .extracting(each -> each.entry().toString())
        .containsExactly("{\"article\": \"tea\", \"count\": 2, \"gift\": false}");
  }
}
