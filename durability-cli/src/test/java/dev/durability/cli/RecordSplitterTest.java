package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordSplitterTest {

  @Test
  void newlinesSeparateAndCarriageReturnsStay() throws IOException {
    assertThat(split("a\r\n\r\nb\n", '\n', 10)).containsExactly("a\r", "\r", "b");
  }

  @Test
  void anEmptyLineIsAnEmptyRecordAndAnUnterminatedRestIsARecord() throws IOException {
    assertThat(split("\n\nrest", '\n', 10)).containsExactly("", "", "rest");
  }

  @Test
  void nothingIsNoRecord() throws IOException {
    assertThat(split("", '\n', 10)).isEmpty();
  }

  @Test
  void withNulNewlinesStay() throws IOException {
    assertThat(split("a\nb\0\0c", '\0', 10)).containsExactly("a\nb", "", "c");
  }

  @Test
  void aRecordOfTheLargestSizePassesAndALongerOneIsRefusedByItsNumber() throws IOException {
    assertThat(split("12345\n12345", '\n', 5)).containsExactly("12345", "12345");
    assertThatThrownBy(() -> split("12345\n123456\n", '\n', 5))
        .isInstanceOf(RecordTooLongException.class)
        .hasMessageContaining("line 2 ")
        .hasMessageContaining("5 bytes");
    assertThatThrownBy(() -> split("123456", '\0', 5)).hasMessageContaining("record 1 ");
  }

  @Test
  void whereReadsAreCutDoesNotMatter() throws IOException {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      byte[] input = new byte[random.nextInt(2_000_000)];
      random.nextBytes(input);
      String text = new String(input, StandardCharsets.ISO_8859_1);
      List<String> records = split(new Dribble(input, random), '\n', input.length);
      String joined = String.join("\n", records);
      assertThat(text.equals(joined) || text.equals(joined + "\n")).as("seed=%d", seed).isTrue();
    }
  }

  private static List<String> split(String input, char separator, int max) throws IOException {
    byte[] bytes = input.getBytes(StandardCharsets.ISO_8859_1);
    return split(new ByteArrayInputStream(bytes), separator, max);
  }

  private static List<String> split(InputStream in, char separator, int max) throws IOException {
    RecordSplitter splitter = new RecordSplitter(in, (byte) separator, max);
    List<String> records = new ArrayList<>();
    byte[] record = splitter.next();
    while (record != null) {
      records.add(new String(record, StandardCharsets.ISO_8859_1));
      record = splitter.next();
    }
    return records;
  }

  /** Gives fewer bytes than it is asked for. */
  private static final class Dribble extends ByteArrayInputStream {
    private final Random random;

    Dribble(byte[] bytes, Random random) {
      super(bytes);
      this.random = random;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return super.read(target, offset, Math.min(length, 1 + random.nextInt(100_000)));
    }
  }
}
