package dev.durability.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Random values must come back as they were, and damaged bytes must do no harm. */
class PostcardHostileTest {

  private static final int VALUES = 300;
  private static final int DAMAGED_VALUES = 30;

  private enum Kind {
    ONE,
    TWO,
    THREE
  }

  private sealed interface Node permits Leaf, Branch, Maybes {}

  private record Leaf(
      boolean flag,
      byte octet,
      short small,
      int medium,
      long large,
      float single,
      double twice,
      char letter,
      String text,
      Kind kind)
      implements Node {}

  private record Branch(List<Node> children, Map<String, Node> byName, Set<Long> ids)
      implements Node {}

  private record Maybes(
      Optional<Node> node,
      OptionalInt small,
      OptionalLong large,
      OptionalDouble fraction,
      Optional<Boolean> boxed,
      List<Byte> octets)
      implements Node {}

  private static final class Generator {
    private final Random random;

    Generator(long seed) {
      random = new Random(seed);
    }

    Node node(int depth) {
      int choice = depth == 0 ? 0 : random.nextInt(3);
      return switch (choice) {
        case 0 -> leaf();
        case 1 -> branch(depth);
        default -> maybes(depth);
      };
    }

    private Leaf leaf() {
      Kind[] kinds = Kind.values();
      return new Leaf(
          random.nextBoolean(),
          (byte) integer(),
          (short) integer(),
          (int) integer(),
          integer(),
          Float.intBitsToFloat(random.nextInt()),
          Double.longBitsToDouble(random.nextLong()),
          (char) random.nextInt(Character.MIN_SURROGATE),
          text(),
          kinds[random.nextInt(kinds.length)]);
    }

    private Branch branch(int depth) {
      Map<String, Node> byName = new LinkedHashMap<>();
      Set<Long> ids = new LinkedHashSet<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        byName.put(text(), node(depth - 1));
        ids.add(integer());
      }
      return new Branch(list(() -> node(depth - 1)), byName, ids);
    }

    private Maybes maybes(int depth) {
      return new Maybes(
          random.nextBoolean() ? Optional.of(node(depth - 1)) : Optional.empty(),
          random.nextBoolean() ? OptionalInt.of((int) integer()) : OptionalInt.empty(),
          random.nextBoolean() ? OptionalLong.of(integer()) : OptionalLong.empty(),
          random.nextBoolean() ? OptionalDouble.of(random.nextGaussian()) : OptionalDouble.empty(),
          random.nextBoolean() ? Optional.of(random.nextBoolean()) : Optional.empty(),
          list(() -> (byte) integer()));
    }

    private <E> List<E> list(Supplier<E> element) {
      return Stream.generate(element).limit(random.nextInt(4)).toList();
    }

    /** Numbers of every length, so that each length of varint occurs. */
    private long integer() {
      return random.nextLong() >> random.nextInt(64);
    }

    private String text() {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(8); i > 0; i--) {
        int point = random.nextInt(Character.MAX_CODE_POINT + 1) >> random.nextInt(21);
        text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? 'x' : point);
      }
      return text.toString();
    }
  }

  private static List<PostcardCodec<Node>> codecs() {
    return List.of(PostcardCodec.of(Node.class), PostcardCodec.ofUnsigned(Node.class));
  }

  @Test
  void generatedValuesComeBackAsTheyWere() throws IOException {
    for (PostcardCodec<Node> codec : codecs()) {
      for (long seed = 0; seed < VALUES; seed++) {
        Node value = new Generator(seed).node(4);
        byte[] encoded = encode(codec, value);
        Node decoded = codec.decode(ByteBuffer.wrap(encoded).asReadOnlyBuffer());
        assertThat(decoded).as("seed=%d", seed).isEqualTo(value);
        assertThat(encode(codec, decoded)).as("seed=%d", seed).isEqualTo(encoded);
      }
    }
  }

  @Test
  void bytesCutAnywhereAreRefused() throws IOException {
    for (PostcardCodec<Node> codec : codecs()) {
      for (long seed = 0; seed < DAMAGED_VALUES; seed++) {
        byte[] encoded = encode(codec, new Generator(seed).node(3));
        for (int length = 0; length < encoded.length; length++) {
          ByteBuffer cut = ByteBuffer.wrap(encoded, 0, length);
          assertThatExceptionOfType(CodecException.class)
              .as("seed=%d length=%d", seed, length)
              .isThrownBy(() -> codec.decode(cut));
        }
      }
    }
  }

  @Test
  void anyFlippedBitGivesARefusalOrAValueThatCanBeEncoded() throws IOException {
    int refused = 0;
    int read = 0;
    for (PostcardCodec<Node> codec : codecs()) {
      for (long seed = 0; seed < DAMAGED_VALUES; seed++) {
        byte[] encoded = encode(codec, new Generator(seed).node(3));
        for (int bit = 0; bit < 8 * encoded.length; bit++) {
          encoded[bit / 8] ^= (byte) (1 << bit % 8);
          if (isRefusedOrStable(codec, encoded, "seed=" + seed + " bit=" + bit)) {
            refused++;
          } else {
            read++;
          }
          encoded[bit / 8] ^= (byte) (1 << bit % 8);
        }
      }
    }
    // Both ends of the property must have been reached for it to mean anything.
    assertThat(refused).isPositive();
    assertThat(read).isPositive();
  }

  @Test
  void randomBytesGiveARefusalOrAValueThatCanBeEncoded() {
    List<PostcardCodec<Node>> codecs = codecs();
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = new byte[random.nextInt(40)];
      random.nextBytes(noise);
      if (noise.length > 0) {
        noise[0] = (byte) (noise[0] % 3);
      }
      for (PostcardCodec<Node> codec : codecs) {
        isRefusedOrStable(codec, noise, "seed=1 round=" + i);
      }
    }
  }

  private static boolean isRefusedOrStable(
      PostcardCodec<Node> codec, byte[] bytes, String reproduce) {
    try {
      Node value = codec.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
      byte[] again = encode(codec, value);
      assertThat(codec.decode(ByteBuffer.wrap(again))).as(reproduce).isEqualTo(value);
      return false;
    } catch (CodecException e) {
      return true;
    } catch (IOException | RuntimeException e) {
      return fail(reproduce + " bytes=" + HexFormat.of().formatHex(bytes), e);
    }
  }

  private record Nested(List<List<List<List<String>>>> items) {}

  @SuppressWarnings("ArrayRecordComponent") // the codec serves byte[]
  private record Blob(byte[] octets) {}

  @Test
  void lengthsBeyondTheBytesAreRefusedBeforeMemoryIsTaken() {
    // Each of them claims more than the heap of the tests has.
    String[] lengths = {"ffffffff07", "ffffffff0f", "ffffffffffffffff7f", "ffffffffffffffffff01"};
    for (String length : lengths) {
      for (Class<?> type : new Class<?>[] {Nested.class, Blob.class, String.class}) {
        assertThatExceptionOfType(CodecException.class)
            .isThrownBy(
                () ->
                    PostcardCodec.of(type)
                        .decode(ByteBuffer.wrap(HexFormat.of().parseHex(length + "0000"))))
            .withMessageContaining("more than the 2 bytes that remain");
      }
    }
  }

  private record Nest(List<Nest> items) {}

  @Test
  void manyNestedCountsOfAllThatRemainsTakeLittleMemory() {
    // 95 lists within each other, each of which claims an element for almost every byte left:
    // with room for what they claim, that is more than 5 GB of references.
    ByteBuffer bytes = ByteBuffer.allocate(1 << 24);
    for (int level = 0; level < 95; level++) {
      bytes.put(HexFormat.of().parseHex("8080c007")); // 15 Mi
    }
    bytes.put(HexFormat.of().parseHex("ffffff7f"));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> PostcardCodec.of(Nest.class).decode(bytes.rewind()))
        .withMessageContaining("more than the");
  }

  @Test
  void aDeepValueFitsASmallStack() throws InterruptedException {
    List<Node> deepest = new ArrayList<>();
    Node value = new Branch(List.of(), Map.of(), Set.of());
    for (int i = 1; i < ValuePath.DEPTH_MAX / 3; i++) {
      value = new Branch(List.of(value), Map.of(), Set.of());
    }
    Node deep = value;
    Thread small =
        new Thread(
            null,
            () -> {
              PostcardCodec<Node> codec = PostcardCodec.of(Node.class);
              assertThatCode(() -> deepest.add(codec.decode(ByteBuffer.wrap(encode(codec, deep)))))
                  .doesNotThrowAnyException();
            },
            "small stack",
            512 << 10);
    small.start();
    small.join();
    assertThat(deepest).hasSize(1);
  }

  private static <T> byte[] encode(Codec<T> codec, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return out.toByteArray();
  }
}
