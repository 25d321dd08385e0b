package dev.durability.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Versions of a program, and one log. */
class ProtobufInLogTest {
  private static final Descriptor FIRST =
      message("string key = 1; int32 count = 2; string note = 3;");

  /** One field is wider, one is new, and one is gone. */
  private static final Descriptor SECOND =
      message("string key = 1; int64 count = 2; repeated string tags = 4; reserved 3, \"note\";");

  private final MemoryDirectory directory = new MemoryDirectory();

  @Test
  void twoVersionsWriteOneLogAndBothReadIt() throws IOException {
    append(FIRST, "key", "a", "count", 1, "note", "kept");
    append(SECOND, "key", "b", "count", 2L, "tags", List.of("red"));
    append(FIRST, "key", "c");

    List<DynamicMessage> second = read(SECOND);
    assertThat(second)
        .extracting(entry -> entry.getField(SECOND.findFieldByName("key")))
        .containsExactly("a", "b", "c");
    assertThat(second)
        .extracting(entry -> entry.getField(SECOND.findFieldByName("count")))
        .containsExactly(1L, 2L, 0L);
    assertThat(second.get(0).getUnknownFields().getField(3).getLengthDelimitedList())
        .containsExactly(ByteString.copyFromUtf8("kept"));
    assertThat(read(FIRST).get(1).getUnknownFields().asMap()).containsOnlyKeys(4);
  }

  @Test
  void anEntryThatAnOlderVersionWritesAgainKeepsWhatItDoesNotKnow() throws IOException {
    append(SECOND, "key", "b", "tags", List.of("red"));
    DynamicMessage entry = read(FIRST).get(0);
    try (WalWriter<DynamicMessage> log = open(FIRST)) {
      log.appendDurable(entry.toBuilder().setField(FIRST.findFieldByName("note"), "n").build());
    }

    DynamicMessage back = read(SECOND).get(1);
    assertThat(back.getField(SECOND.findFieldByName("tags"))).isEqualTo(List.of("red"));
    assertThat(back.getUnknownFields().asMap()).containsOnlyKeys(3);
  }

  @Test
  void aNumberThatIsNarrowedIsAnErrorOnlyWhereItDoesNotFit() throws IOException {
    append(SECOND, "key", "a", "count", 7L);
    assertThat(read(FIRST).get(0).getField(FIRST.findFieldByName("count"))).isEqualTo(7);

    append(SECOND, "key", "b", "count", 1L << 40);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> read(FIRST))
        .withMessageContaining("example.M.count is 1099511627776");
  }

  @Test
  void aRefusedChangeChangesNothing() throws IOException {
    append(FIRST, "key", "a", "count", 1);
    append(SECOND, "key", "b");
    Map<String, ByteBuffer> before = files();

    for (String fields :
        List.of(
            "string key = 1; string count = 2;", // Retyped.
            "string name = 1;", // Renamed.
            "string key = 5;", // Moved.
            "string key = 1; int64 count = 2; bool urgent = 3;", // A number is reused.
            "int64 key = 1;")) {
      assertThatExceptionOfType(SchemaException.class)
          .as(fields)
          .isThrownBy(() -> open(message(fields)))
          .satisfies(failure -> assertThat(failure.changes()).isNotEmpty());
      assertThat(files()).as(fields).isEqualTo(before);
    }
    assertThat(read(SECOND)).hasSize(2);
  }

  @Test
  void aNumberThatWasReservedIsNotReusedEvenIfItsEntriesAreGone() throws IOException {
    append(SECOND, "key", "b");

    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> open(message("string key = 1; bool urgent = 3;")))
        .satisfies(
            failure ->
                assertThat(failure.changes())
                    .containsExactly(
                        "example.M.urgent has number 3, which was reserved, and not for this name"));
  }

  @Test
  void bytesOfACodecWithoutASchemaAreReadIfTheCallerSaysSo() throws IOException {
    DynamicMessage entry =
        DynamicMessage.newBuilder(FIRST).setField(FIRST.findFieldByName("key"), "a").build();
    try (WalWriter<byte[]> log = WalWriter.open(directory, Codecs.bytes(), WalOptions.defaults())) {
      log.appendDurable(entry.toByteArray());
    }

    assertThatExceptionOfType(SchemaException.class).isThrownBy(() -> open(FIRST));
    assertThat(
            WalReader.of(directory, codec(FIRST).readingWithoutSchema()).readAll().get(0).entry())
        .isEqualTo(entry);
  }

  private void append(Descriptor type, Object... fields) throws IOException {
    DynamicMessage.Builder entry = DynamicMessage.newBuilder(type);
    for (int i = 0; i < fields.length; i += 2) {
      entry.setField(type.findFieldByName((String) fields[i]), fields[i + 1]);
    }
    try (WalWriter<DynamicMessage> log = open(type)) {
      log.appendDurable(entry.build());
    }
  }

  private WalWriter<DynamicMessage> open(Descriptor type) throws IOException {
    return WalWriter.open(directory, codec(type), WalOptions.defaults());
  }

  private List<DynamicMessage> read(Descriptor type) throws IOException {
    return WalReader.of(directory, codec(type)).readAll().stream().map(WalRecord::entry).toList();
  }

  private Map<String, ByteBuffer> files() throws IOException {
    Map<String, ByteBuffer> files = new TreeMap<>();
    for (String folder : List.of("", "wal", "quarantine", "checkpoints")) {
      if (folder.isEmpty() || directory.exists(folder)) {
        for (String name : directory.list(folder)) {
          String path = folder.isEmpty() ? name : folder + "/" + name;
          try (ReadFile file = directory.open(path)) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
            int read = file.read(content, 0);
            assertThat(Math.max(read, 0))
                .isEqualTo(content.capacity()); // An empty file has an end.
            files.put(path, content.flip());
          }
        }
      }
    }
    assertThat(files).isNotEmpty();
    return files;
  }

  private static ProtobufCodec<DynamicMessage> codec(Descriptor type) {
    return ProtobufCodec.of(DynamicMessage.getDefaultInstance(type));
  }

  private static Descriptor message(String fields) {
    return ProtoText.message("message M { " + fields + " }");
  }
}
