package dev.durability.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LayersTest {
  private final Map<Long, Long> lengths = new HashMap<>();

  private long length(Layer layer, long enough) {
    return lengths.getOrDefault(layer.ledger(), 0L);
  }

  private static Layer layer(long ledger, long start) {
    return new Layer(ledger, start, Long.MAX_VALUE, List.of());
  }

  @Test
  void fileWithoutLayersIsEmpty() {
    assertThat(Layers.NONE.size(this::length)).isZero();
    assertThat(Layers.NONE.find(0, this::length)).isNull();
  }

  @Test
  void upperLayerCoversLowerOnesAsFarAsItReaches() {
    Layers layers = Layers.NONE.with(layer(1, 0)).with(layer(2, 4));
    lengths.put(1L, 10L);
    lengths.put(2L, 3L);
    assertThat(layers.size(this::length)).isEqualTo(10);
    assertThat(layers.find(3, this::length)).isEqualTo(place(layers, 0, 3, 1));
    assertThat(layers.find(4, this::length)).isEqualTo(place(layers, 1, 0, 3));
    assertThat(layers.find(7, this::length)).isEqualTo(place(layers, 0, 7, 3));
    assertThat(layers.find(10, this::length)).isNull();
  }

  private static Layers.Place place(Layers layers, int index, long offset, long bytes) {
    return new Layers.Place(layers.all().get(index), offset, bytes);
  }

  @Test
  void cutTakesWhatIsAfterItFromAllLayersAndDropsEmptyOnes() {
    Layers layers = Layers.NONE.with(layer(1, 0)).with(layer(2, 4)).with(layer(3, 8));
    lengths.put(1L, 10L);
    lengths.put(2L, 3L);
    lengths.put(3L, 5L);
    Layers cut = layers.cutTo(8);
    assertThat(cut.size(this::length)).isEqualTo(8);
    assertThat(layers.ledgersWithout(cut)).containsExactly(3L);
    assertThat(cut.cutTo(9)).as("a cut does not grow again").isEqualTo(cut);
    assertThat(layers.cutTo(0)).isEqualTo(Layers.NONE);
  }

  @Test
  void ledgerThatEndsEarlyLeavesTheOthersAsTheyAre() {
    Layers layers = Layers.NONE.with(layer(1, 0)).with(layer(2, 4));
    lengths.put(1L, 10L);
    lengths.put(2L, 5L);
    Layers ended = layers.endedAt(2, 6);
    assertThat(ended.size(this::length)).isEqualTo(10);
    assertThat(ended.find(6, this::length)).isEqualTo(place(ended, 0, 6, 4));
    assertThat(layers.endedAt(2, 4)).isEqualTo(Layers.NONE.with(layer(1, 0)));
  }

  @Test
  void impossibleLayersAreRefused() {
    for (long[] bad : new long[][] {{-1, 0, 9}, {1, -1, 9}, {1, 5, 4}}) {
      assertThatThrownBy(() -> new Layer(bad[0], bad[1], bad[2], List.of()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Against a file that is an array: written on at random places, cut, and read. */
  @Test
  void anyHistoryOfWritesAndCutsReadsAsAnArrayDoes() {
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      byte[] model = new byte[0];
      Layers layers = Layers.NONE;
      List<byte[]> ledgers = new ArrayList<>();
      lengths.clear();
      for (int step = 0; step < 12; step++) {
        int at = random.nextInt(model.length + 1);
        if (random.nextInt(3) == 0) {
          model = Arrays.copyOf(model, at);
          layers = layers.cutTo(at);
        } else {
          byte[] written = new byte[random.nextInt(9)];
          random.nextBytes(written);
          layers = layers.with(layer(ledgers.size(), at));
          lengths.put((long) ledgers.size(), (long) written.length);
          ledgers.add(written);
          model = Arrays.copyOf(model, Math.max(model.length, at + written.length));
          System.arraycopy(written, 0, model, at, written.length);
        }
        assertThat(layers.size(this::length))
            .as("seed=%d step=%d", seed, step)
            .isEqualTo(model.length);
        assertThat(read(layers, ledgers, model.length)).as("seed=%d", seed).isEqualTo(model);
      }
    }
  }

  private byte[] read(Layers layers, List<byte[]> ledgers, int size) {
    byte[] found = new byte[size];
    for (int at = 0; at < size; ) {
      Layers.Place place = Objects.requireNonNull(layers.find(at, this::length));
      byte[] ledger = ledgers.get((int) place.layer().ledger());
      int count = (int) Math.min(place.bytes(), size - at);
      System.arraycopy(ledger, (int) place.offset(), found, at, count);
      at += count;
    }
    return found;
  }
}
