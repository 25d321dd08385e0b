package dev.durability.modulepath;

import com.google.protobuf.Timestamp;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.protobuf.ProtobufCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** Writes a message, and shows it. In no package of a module, so that it finds all of them. */
final class MessageProgram {
  private MessageProgram() {}

  public static void main(String[] args) throws IOException {
    FsDirectory directory = FsDirectory.open(Path.of(args[0]));
    ProtobufCodec<Timestamp> codec = ProtobufCodec.of(Timestamp.getDefaultInstance());
    try (WalWriter<Timestamp> log = WalWriter.open(directory, codec, WalOptions.defaults())) {
      log.appendDurable(Timestamp.newBuilder().setSeconds(5).build());
    }
    Schema schema = codec.schema().orElseThrow();
    for (SchemaDecoder each : ServiceLoader.load(SchemaDecoder.class)) {
      if (each.decodes(schema.mediaType())) {
        Timestamp read = WalReader.of(directory, codec).readAll().get(0).entry();
        System.out.println(
            each.getClass().getModule()
                + " "
                + each.decoderOf(schema).decode(ByteBuffer.wrap(read.toByteArray())));
      }
    }
  }
}
