package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory outside the heap that is given back by hand. */
class DirectMemoryTest {
  private static final int BYTES = 777_216; // Of no other test.

  @Test
  void whatIsGivenBackIsTakenNextAndOnlyOnce() {
    DirectMemory first = DirectMemory.of(BYTES);
    first.close();
    long kept = DirectMemory.keptBytes();
    first.close();
    assertThat(DirectMemory.keptBytes()).as("closing again does nothing").isEqualTo(kept);
    try (DirectMemory second = DirectMemory.of(BYTES);
        DirectMemory third = DirectMemory.of(BYTES)) {
      assertThat(DirectMemory.keptBytes()).isLessThanOrEqualTo(kept - BYTES);
      second.bytes().putLong(0, 2);
      third.bytes().putLong(0, 3);
      assertThat(second.bytes().getLong(0)).as("nobody else has it").isEqualTo(2);
    }
  }

  @Test
  void sizeIsWhatWasAskedForWhateverServesIt() {
    DirectMemory large = DirectMemory.of(BYTES);
    large.close();
    for (int bytes : new int[] {BYTES, BYTES - 1, BYTES / 2, BYTES / 100, BYTES + 1}) {
      try (DirectMemory memory = DirectMemory.of(bytes)) {
        ByteBuffer view = memory.bytes();
        assertThat(view.capacity()).isEqualTo(bytes);
        assertThat(view.isDirect()).isTrue();
        view.put(bytes - 1, (byte) 1);
      }
    }
  }

  @Test
  void noMoreThanEightMegabytesAreKept() {
    long before = DirectMemory.keptBytes();
    assertThat(before).isBetween(0L, 8L << 20);
    List<DirectMemory> many = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      many.add(DirectMemory.of(1 << 20));
    }
    many.forEach(DirectMemory::close);
    assertThat(DirectMemory.keptBytes()).isBetween(7L << 20, 8L << 20);
    DirectMemory.of((8 << 20) + 1).close();
    assertThat(DirectMemory.keptBytes()).isLessThanOrEqualTo(8L << 20);
  }

  @Test
  void eightMegabytesInOnePieceAreKeptAndTakenAgain() {
    int most = 8 << 20;
    DirectMemory.of(most).close();
    assertThat(DirectMemory.keptBytes()).as("there is room for nothing else").isEqualTo(most);
    DirectMemory again = DirectMemory.of(most);
    assertThat(DirectMemory.keptBytes()).isZero();
    again.close();
  }

  @Test
  void piecesAreKeptUntilTheyTakeEightMegabytesExactly() {
    DirectMemory.of(8 << 20).close();
    List<DirectMemory> pieces = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      pieces.add(DirectMemory.of(1 << 20));
    }
    pieces.forEach(DirectMemory::close);
    assertThat(DirectMemory.keptBytes()).isEqualTo(8 << 20);
  }
}
