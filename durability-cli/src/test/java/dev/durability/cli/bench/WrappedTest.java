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

  @Test
  void whatFollowsGoesBelowTheTextOfAnItemAndBelowTheValueOfAName() {
    assertThat(Wrapped.of("  - one two\n  12. one two", 9))
        .isEqualToNormalizingNewlines("  - one\n    two\n  12. one\n      two\n");
    assertThat(Wrapped.of("to do       one two  three\nlog id      a b\nnot a name  b", 17))
        .isEqualToNormalizingNewlines(
            """
            to do       one
                        two
                        three
            log id      a b
            not a name  b
            """);
    assertThat(Wrapped.of("no name one two three", 14))
        .isEqualToNormalizingNewlines("no name one\ntwo three\n");
  }

  @Test
  void aCommandToCopyStaysInOneLine() {
    assertThat(Wrapped.of("run 'durability explain log': it says, the log's owner", 20))
        .isEqualToNormalizingNewlines(
            "run\n'durability explain log':\nit says, the log's\nowner\n");
    assertThat(Wrapped.of("('a b c') d e f", 6)).isEqualToNormalizingNewlines("('a b c')\nd e f\n");
  }
}
