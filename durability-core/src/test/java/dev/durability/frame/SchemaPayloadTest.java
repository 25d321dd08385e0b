package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What stands in a SCHEMA. */
class SchemaPayloadTest {
  @Test
  void aSchemaComesBackAsItWas() throws IOException {
    Schema schema = Schema.of("application/jßon", new byte[] {0, 1, -1});
    assertThat(SchemaPayload.decode(ByteBuffer.wrap(SchemaPayload.encode(schema))))
        .isEqualTo(schema);
  }

  @Test
  void aMediaTypeThatIsNoTextIsStillASchema() throws IOException {
    byte[] payload = new byte[FrameFormat.SCHEMA_BYTES_MAX];
    Arrays.fill(payload, 0, payload.length - 1, (byte) 0xFF);
    Schema schema = SchemaPayload.decode(ByteBuffer.wrap(payload));
    assertThat(schema.mediaType()).isEqualTo("?".repeat(payload.length - 1));
    assertThat(schema.descriptor().remaining()).isZero();
  }
}
