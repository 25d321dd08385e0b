package dev.durability.segmentindex;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DocumentSetTest {

  @Test
  void theBordersOfWordsAndPagesAreFound() {
    DocumentSet set = new DocumentSet();
    long[] documents = {
      0,
      63,
      64,
      511,
      512,
      1023,
      1 << 20,
      Integer.MAX_VALUE - 1,
      Integer.MAX_VALUE,
      1L << 31,
      (1L << 32) - 512,
      (1L << 32) - 2
    };
    for (long document : documents) {
      set.add(document);
      set.add(document);
    }
    assertThat(set.size()).isEqualTo(documents.length);
    long from = 0;
    for (long document : documents) {
      assertThat(set.nextFrom(from)).isEqualTo(document);
      assertThat(set.nextFrom(document)).isEqualTo(document);
      assertThat(set.contains(document)).isTrue();
      assertThat(set.contains(document + 1)).isEqualTo(set.nextFrom(document + 1) == document + 1);
      from = document + 1;
    }
    assertThat(set.nextFrom(from)).isEqualTo(DocumentSet.NONE);
    assertThat(new DocumentSet().nextFrom(0)).isEqualTo(DocumentSet.NONE);
  }

  @Test
  void itAgreesWithASortedSet() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      int bound = 1 << (4 + random.nextInt(20));
      DocumentSet set = new DocumentSet();
      TreeSet<Integer> model = new TreeSet<>();
      for (int i = 0; i < 500; i++) {
        int document = random.nextInt(bound);
        set.add(document);
        model.add(document);
        int from = random.nextInt(bound);
        Integer next = model.ceiling(from);
        assertThat(set.nextFrom(from))
            .as("seed=%d i=%d", seed, i)
            .isEqualTo(next == null ? DocumentSet.NONE : next.longValue());
      }
      assertThat(set.size()).as("seed=%d", seed).isEqualTo(model.size());
    }
  }

  @Test
  void aCopySharesNothing() {
    DocumentSet set = new DocumentSet();
    set.add(5);
    DocumentSet copy = set.copy();
    copy.add(6);
    set.add(7);
    assertThat(set.contains(6)).isFalse();
    assertThat(copy.contains(7)).isFalse();
    assertThat(copy.size()).isEqualTo(2);
  }
}
