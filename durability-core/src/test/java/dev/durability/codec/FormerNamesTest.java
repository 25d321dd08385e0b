package dev.durability.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Names that went from one member to another, and types that have no name in common. */
@SuppressWarnings("SameNameButDifferent") // The same names in another version.
class FormerNamesTest {
  static final class V1 {
    record Move(int from, int to, Kind kind) {}

    enum Kind {
      SLOW,
      FAST
    }

    sealed interface Shape permits Round, Flat {}

    record Round(int size) implements Shape {}

    record Flat(int size) implements Shape {}

    record Only(int x) {}
  }

  /** What was {@code from} is {@code to}, and what was {@code to} is {@code via}. */
  static final class Shifted {
    record Move(Optional<Integer> via, int to, Kind kind) {}

    /** SLOW became FAST, and FAST became FASTEST. */
    enum Kind {
      FAST,
      FASTEST
    }

    /** Round became Flat, and Flat became Wide. */
    sealed interface Shape permits Flat, Wide {}

    record Flat(int size) implements Shape {}

    record Wide(int size) implements Shape {}
  }

  private static PostcardCodec<Shifted.Move> shifted() {
    return codec(Shifted.Move.class)
        .renamed(Shifted.Move.class, "to", "from")
        .renamed(Shifted.Move.class, "via", "to")
        .renamed(Shifted.Kind.class, "FAST", "SLOW")
        .renamed(Shifted.Kind.class, "FASTEST", "FAST");
  }

  @Test
  void aNameThatWentToAnotherMemberIsFollowed() throws IOException {
    PostcardCodec<V1.Move> first = codec(V1.Move.class);
    Decoder<Shifted.Move> decoder = shifted().decoderOf(first.schema());
    assertThat(decoder.decode(bytes(first, new V1.Move(1, 2, V1.Kind.SLOW))))
        .isEqualTo(new Shifted.Move(Optional.of(2), 1, Shifted.Kind.FAST));
    assertThat(decoder.decode(bytes(first, new V1.Move(1, 2, V1.Kind.FAST))))
        .isEqualTo(new Shifted.Move(Optional.of(2), 1, Shifted.Kind.FASTEST));
  }

  @Test
  void aNameOfAVariantThatWentToAnotherOneIsFollowed() throws IOException {
    PostcardCodec<V1.Shape> first = codec(V1.Shape.class);
    Decoder<Shifted.Shape> decoder =
        codec(Shifted.Shape.class)
            .renamed(Shifted.Flat.class, "Round")
            .renamed(Shifted.Wide.class, "Flat")
            .decoderOf(first.schema());
    assertThat(decoder.decode(bytes(first, new V1.Round(1)))).isEqualTo(new Shifted.Flat(1));
    assertThat(decoder.decode(bytes(first, new V1.Flat(2)))).isEqualTo(new Shifted.Wide(2));
  }

  /** The new member stands before the renamed one, or after it. */
  static final class Taken {
    record Before(Optional<Integer> x, int y) {}

    record After(int y, Optional<Integer> x) {}
  }

  @Test
  void aFormerNameGoesBeforeANewMemberOfThatNameWhereverItStands() throws IOException {
    PostcardCodec<V1.Only> first = codec(V1.Only.class);
    ByteBuffer seven = bytes(first, new V1.Only(7));
    assertThat(
            codec(Taken.Before.class)
                .renamed(Taken.Before.class, "y", "x")
                .decoderOf(first.schema())
                .decode(seven.duplicate()))
        .isEqualTo(new Taken.Before(Optional.empty(), 7));
    assertThat(
            codec(Taken.After.class)
                .renamed(Taken.After.class, "y", "x")
                .decoderOf(first.schema())
                .decode(seven))
        .isEqualTo(new Taken.After(7, Optional.empty()));
  }

  @Test
  void membersThatHadEachOthersNamesAreRefused() {
    PostcardCodec<V1.Move> codec = codec(V1.Move.class).renamed(V1.Move.class, "from", "to");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.renamed(V1.Move.class, "to", "from"))
        .withMessageContaining("to and from had each other's names");
    PostcardCodec<V1.Shape> shapes = codec(V1.Shape.class).renamed(V1.Round.class, "Flat");
    assertThatIllegalArgumentException().isThrownBy(() -> shapes.renamed(V1.Flat.class, "Round"));
    assertThat(codec.renamed(V1.Kind.class, "FAST", "SLOW").schema()).isEqualTo(codec.schema());
    assertThat(codec.renamed(V1.Move.class, "to", "to").schema()).isEqualTo(codec.schema());
  }

  record Third(int a, int b, int c) {}

  @Test
  void aRingOfNamesIsRefused() {
    PostcardCodec<Third> codec =
        codec(Third.class).renamed(Third.class, "b", "a").renamed(Third.class, "c", "b");
    assertThatIllegalArgumentException().isThrownBy(() -> codec.renamed(Third.class, "a", "c"));
  }

  record Split(Optional<Integer> a, Optional<Integer> b) {}

  @Test
  void aFormerNameOfTwoMembersIsRefused() {
    PostcardCodec<Split> split =
        codec(Split.class).renamed(Split.class, "a", "x").renamed(Split.class, "b", "x");
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> split.decoderOf(codec(V1.Only.class).schema()))
        .satisfies(
            refused ->
                assertThat(refused.changes()).contains("Split: x is a former name of a and of b"));
  }

  record Settings(Optional<String> host, List<String> users) {}

  record Nothing() {}

  sealed interface Other permits Circle {}

  record Circle(int size) implements Other {}

  enum Colour {
    RED
  }

  @Test
  void aTypeThatHasNothingOfWhatWasWrittenIsReadOnlyIfItIsCalledSo() throws IOException {
    PostcardCodec<V1.Move> first = codec(V1.Move.class);
    for (Class<?> each : List.of(Settings.class, Nothing.class)) {
      assertThatExceptionOfType(SchemaException.class)
          .isThrownBy(() -> codec(each).decoderOf(first.schema()))
          .satisfies(
              refused ->
                  assertThat(refused.changes())
                      .containsExactly(
                          each.getSimpleName()
                              + " has nothing of what Move had; if it is the same type, tell its"
                              + " former name"));
    }
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec(Other.class).decoderOf(codec(V1.Shape.class).schema()));
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> codec(Colour.class).decoderOf(codec(V1.Kind.class).schema()));
    assertThat(
            codec(Settings.class)
                .renamed(Settings.class, "Move")
                .decoderOf(first.schema())
                .decode(bytes(first, new V1.Move(1, 2, V1.Kind.SLOW))))
        .isEqualTo(new Settings(Optional.empty(), List.of()));
  }

  static final class Cleared {
    record Move(Optional<String> note) {}
  }

  @Test
  void aTypeOfTheSameNameMayHaveNothingElseInCommon() throws IOException, CodecException {
    PostcardCodec<V1.Move> first = codec(V1.Move.class);
    assertThat(
            codec(Cleared.Move.class)
                .decoderOf(first.schema())
                .decode(bytes(first, new V1.Move(1, 2, V1.Kind.SLOW))))
        .isEqualTo(new Cleared.Move(Optional.empty()));
  }

  private static <T> PostcardCodec<T> codec(Class<T> type) {
    return PostcardCodec.of(type, MethodHandles.lookup());
  }

  private static <T> ByteBuffer bytes(Codec<T> codec, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return ByteBuffer.wrap(out.toByteArray()).asReadOnlyBuffer();
  }
}
