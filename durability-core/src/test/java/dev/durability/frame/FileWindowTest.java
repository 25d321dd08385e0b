package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What is in the window is not read again, and nothing is read that was not asked for. */
class FileWindowTest {
  private static final int CAPACITY = 32;

  private final BytesFile file = new BytesFile(counting(100));
  private final FileWindow window = new FileWindow(file, CAPACITY);

  private static byte[] counting(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  private void expect(long offset, int length, long readBefore) throws IOException {
    int index = window.at(offset, length);
    assertThat(index).isNotNegative();
    for (int i = 0; i < length; i++) {
      assertThat(window.bytes().get(index + i)).isEqualTo((byte) (offset + i));
    }
    assertThat(file.bytesRead()).isEqualTo(readBefore);
  }

  @Test
  void bytesThatAreThereAreNotReadAgain() throws IOException {
    expect(0, 16, 32);
    expect(0, 32, 32);
    expect(31, 1, 32);
    expect(16, 24, 48);
    expect(16, 32, 48);
    expect(48, 8, 80);
    assertThat(window.available(48)).isEqualTo(32);
    assertThat(window.available(79)).isEqualTo(1);
    assertThat(file.bytesRead()).isEqualTo(80);
    assertThat(window.available(80)).isEqualTo(20);
    assertThat(file.bytesRead()).isEqualTo(100);
  }

  @Test
  void shortReadsBringWhatIsMissingAndNoMore() throws IOException {
    file.readAtMost(8);
    expect(0, 8, 8);
    expect(0, 16, 16);
    expect(8, 16, 24);
    assertThat(window.available(8)).isEqualTo(16);
    assertThat(window.available(24)).isEqualTo(8);
    assertThat(file.bytesRead()).isEqualTo(32);
  }

  @Test
  void goingBackReadsAnewAndSoDoesForgetting() throws IOException {
    expect(40, 8, 32);
    expect(8, 8, 64);
    window.invalidate();
    expect(8, 8, 96);
    window.restart(new BytesFile(new byte[4]));
    assertThat(window.at(0, 4)).isZero();
    assertThat(window.bytes().get(3)).isZero();
  }

  @Test
  void nothingIsFoundBehindTheEndOfTheFile() throws IOException {
    assertThat(window.at(96, 4)).isNotNegative();
    assertThat(window.at(96, 5)).isEqualTo(-1);
    assertThat(window.available(100)).isZero();
    assertThat(window.available(200)).isZero();
    assertThat(window.at(0, CAPACITY + 1)).as("more than the window holds").isEqualTo(-1);
  }
}
