package dev.durability.pekko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Schema;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IndexTest {

  @Test
  void anIndexThatIsCutOrOfAnotherVersionIsRefused() throws IOException {
    Index index = new Index();
    index.apply(5, Events.write("a", 1, 3, 1));
    index.apply(6, Events.write("b", 1, 1, 1));
    index.apply(7, new Entry.Carried(5, Events.write("nobody", 1, 1, 1)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(index.writeTo(out)).isEqualTo(5);
    byte[] bytes = out.toByteArray();

    assertThat(read(bytes, Index.schema()).ids(0, 9)).containsExactlyInAnyOrder("a", "b");
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(cut, Index.schema())).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> read(bytes, Optional.empty())).isInstanceOf(SchemaException.class);
    Optional<Schema> other = Optional.of(Schema.of("x/y", new byte[0]));
    assertThatThrownBy(() -> read(bytes, other)).isInstanceOf(SchemaException.class);
    assertThatThrownBy(
            () -> new StoredSnapshot.Parser().readFrom(new ByteArrayInputStream(bytes), other))
        .isInstanceOf(SchemaException.class);
    assertThatThrownBy(() -> new StoredSnapshot.Parser().readFrom(new ByteArrayInputStream(bytes)))
        .isInstanceOf(SchemaException.class);
    assertThatThrownBy(() -> new IndexContent.Reading().readFrom(new ByteArrayInputStream(bytes)))
        .isInstanceOf(SchemaException.class);
  }

  private static Index read(byte[] bytes, Optional<Schema> schema) throws IOException {
    return Index.readFrom(new ByteArrayInputStream(bytes), schema);
  }
}
