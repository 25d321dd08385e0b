package dev.durability.protobuf.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Timestamp;
import dev.durability.codec.Codec;
import dev.durability.protobuf.ProtobufCodec;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Messages in a log, and a later version of them. */
class ProtobufExampleTest {
  private final Directory directory = new MemoryDirectory();

  @Test
  void messagesAreWritten() throws IOException {
    // begin:protobuf-log
    Codec<Timestamp> codec = ProtobufCodec.of(Timestamp.getDefaultInstance());
    try (WalWriter<Timestamp> log = WalWriter.open(directory, codec, WalOptions.defaults())) {
      log.appendDurable(Timestamp.newBuilder().setSeconds(1_700_000_000).build());
    }
    // end:protobuf-log

    assertThat(WalReader.of(directory, codec).readAll().get(0).entry())
        .isEqualTo(Timestamp.newBuilder().setSeconds(1_700_000_000).build());
  }

  @Test
  void aFieldHadAnotherName() throws Exception {
    FileDescriptorProto.Builder former = Timestamp.getDescriptor().getFile().toProto().toBuilder();
    former.getMessageTypeBuilder(0).getFieldBuilder(1).setName("billionths");
    Descriptor before =
        FileDescriptor.buildFrom(former.build(), new FileDescriptor[0]).getMessageTypes().get(0);
    try (var log =
        WalWriter.open(
            directory,
            ProtobufCodec.of(DynamicMessage.getDefaultInstance(before)),
            WalOptions.defaults())) {
      log.appendDurable(
          DynamicMessage.newBuilder(before)
              .setField(before.findFieldByName("billionths"), 5)
              .build());
    }

    // begin:protobuf-renamed
    Codec<Timestamp> codec =
        ProtobufCodec.of(Timestamp.getDefaultInstance())
            .renamed("google.protobuf.Timestamp.nanos", "billionths");
    // end:protobuf-renamed

    assertThat(WalReader.of(directory, codec).readAll().get(0).entry())
        .isEqualTo(Timestamp.newBuilder().setNanos(5).build());
  }
}
