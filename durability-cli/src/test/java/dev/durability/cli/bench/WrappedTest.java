package dev.durability.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WrappedTest {

  @Test
  void linesAreBrokenBetweenWordsAndIndentedAsTheyWere() {
    assertThat(Wrapped.of("one two three\n  four five six\n\nend", 9))
        .isEqualToNormalizingNewlines("one two\nthree\n  four\n  five\n  six\n\nend\n");
    assertThat(Wrapped.of("one two", 7)).isEqualToNormalizingNewlines("one two\n");
    assertThat(Wrapped.of("one two ", 7)).isEqualToNormalizingNewlines("one two\n");
  }

  @Test
  void aWordThatIsTooLongStaysWhole() {
    assertThat(Wrapped.of("  abcdefgh ij k", 4))
        .isEqualToNormalizingNewlines("  abcdefgh\n  ij\n  k\n");
    assertThat(Wrapped.of("abcdefgh", 4)).isEqualToNormalizingNewlines("abcdefgh\n");
    assertThat(Wrapped.of("", 4)).isEmpty();
  }
}
