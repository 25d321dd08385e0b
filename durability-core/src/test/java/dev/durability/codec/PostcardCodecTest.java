package dev.durability.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PostcardCodecTest {

  private static final HexFormat HEX = HexFormat.of();

  // The example of the Javadoc.
  private sealed interface Change permits Put, Remove {}

  @SuppressWarnings("ArrayRecordComponent") // the codec serves byte[]
  private record Put(String key, byte[] value, Optional<Lifetime> timeToLive) implements Change {}

  private record Remove(List<String> keys) implements Change {}

  private record Lifetime(long seconds, int nanos) {}

  @Test
  void theExampleOfTheJavadocHasTheBytesItSays() throws IOException {
    Codec<Change> codec = PostcardCodec.of(Change.class, MethodHandles.lookup());
    assertThat(hex(codec, new Remove(List.of("a")))).isEqualTo("01010161");
    assertThat(hex(codec, new Put("k", new byte[] {1, 2}, Optional.of(new Lifetime(-1, 64)))))
        .isEqualTo("00016b020102" + "01018001");
    assertThat(decode(codec, "01010161")).isEqualTo(new Remove(List.of("a")));
  }

  private enum Color implements Shape {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "with a body of its own";
      }
    }
  }

  private sealed interface Shape permits Color, Round, Point {}

  private sealed interface Round extends Shape permits Circle, Point {}

  private record Circle(int radius) implements Round {}

  private record Point() implements Round, Shape {}

  @Test
  void aPermittedSealedInterfaceIsAnEnumOfItsOwn() throws IOException {
    Codec<Shape> codec = PostcardCodec.of(Shape.class);
    assertThat(hex(codec, new Circle(1))).isEqualTo("010002");
    assertThat(decode(codec, "010002")).isEqualTo(new Circle(1));
  }

  @Test
  void aPermittedEnumIsItsIndexAndTheOrdinalAlsoIfAConstantHasABody() throws IOException {
    Codec<Shape> codec = PostcardCodec.of(Shape.class);
    assertThat(hex(codec, Color.GREEN)).isEqualTo("0001");
    assertThat(decode(codec, "0001")).isEqualTo(Color.GREEN);
    assertThat(hex(PostcardCodec.of(Color.class), Color.GREEN)).isEqualTo("01");
  }

  @Test
  void aRecordThatIsReachedTwiceIsWrittenByTheFirstWayAndReadByEach() throws IOException {
    Codec<Shape> codec = PostcardCodec.of(Shape.class);
    assertThat(hex(codec, new Point())).isEqualTo("0101");
    assertThat(decode(codec, "0101")).isEqualTo(new Point());
    assertThat(decode(codec, "02")).isEqualTo(new Point());
  }

  private record Couple<A, B>(A first, B second) {}

  private record Couples(List<Couple<String, Couple<Long, Set<Byte>>>> items) {}

  @Test
  void genericRecordsAreServedWhereTheirArgumentsAreKnown() throws IOException {
    Codec<Couples> codec = PostcardCodec.of(Couples.class);
    Couples value = new Couples(List.of(new Couple<>("a", new Couple<>(-1L, Set.of((byte) 7)))));
    assertThat(hex(codec, value)).isEqualTo("01016101" + "0107");
    assertThat(decode(codec, hex(codec, value))).isEqualTo(value);
  }

  private record Chain(Optional<Chain> next) {}

  private static Chain chain(int length) {
    Chain chain = new Chain(Optional.empty());
    for (int i = 1; i < length; i++) {
      chain = new Chain(Optional.of(chain));
    }
    return chain;
  }

  @Test
  void recursiveValuesRoundTripUpToTheDepthLimitAndAreRefusedBeyond() throws IOException {
    Codec<Chain> codec = PostcardCodec.of(Chain.class);
    String deepest = hex(codec, chain(ValuePath.DEPTH_MAX / 2));
    assertThat(hex(codec, decode(codec, deepest))).isEqualTo(deepest);

    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> hex(codec, chain(ValuePath.DEPTH_MAX / 2 + 1)))
        .withMessageContaining("nested more than 200 deep");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> decode(codec, "01".repeat(1_000_000) + "00"))
        .withMessageStartingWith(
            "decoding Chain" + ".next".repeat(8) + "..." + ".next".repeat(8) + " at byte 100: ")
        .withMessageContaining("nested more than 200 deep");
  }

  private record Line(String article, long count) {
    Line {
      if (count <= 0) {
        throw new IllegalArgumentException("count " + count + " must be positive");
      }
    }
  }

  private record Order(int id, List<Line> lines) {}

  @Test
  void aConstructorThatRefusesTheValuesIsTheCause() {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> decode(PostcardCodec.of(Order.class), "02" + "01" + "016101"))
        .withMessageContaining("decoding Order.lines[0] at byte 5")
        .withMessageContaining("Line refused")
        .withCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without null checks may do
  void nullIsRefusedAndItsPlaceNamed() {
    Codec<Order> codec = PostcardCodec.of(Order.class);
    List<Line> lines = Arrays.asList(new Line("a", 1), new Line(null, 1));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> hex(codec, new Order(1, lines)))
        .withMessageContaining("Order.lines[1].article: it is null");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> hex(codec, null))
        .withMessageContaining("Order: it is null");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> hex(codec, new Order(1, Collections.singletonList(null))))
        .withMessageContaining("Order.lines[0]: it is null");
  }

  @Test
  void aValueThatFailsWritesNothing() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(
            () -> PostcardCodec.of(Remove.class).encode(new Remove(List.of("a", "\uD800")), out))
        .withMessageContaining("Remove.keys[1]")
        .withMessageContaining("unpaired surrogate");
    assertThat(out.size()).isZero();
  }

  @Test
  @SuppressWarnings("unchecked") // a value that is not of its declared type is the point
  void aValueThatIsNotOfItsTypeIsRefused() {
    List<Line> strings = (List<Line>) (List<?>) List.of("not a line");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> hex(PostcardCodec.of(Order.class), new Order(1, strings)));
  }

  @Test
  void aListThatChangesMeanwhileIsRefused() {
    List<String> lying =
        new AbstractList<>() {
          @Override
          public String get(int index) {
            return "x";
          }

          @Override
          public int size() {
            return 2;
          }

          @Override
          public Iterator<String> iterator() {
            return List.of("x").iterator();
          }
        };
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> hex(PostcardCodec.of(Remove.class), new Remove(lying)))
        .withMessageContaining("changed while");
  }

  private record Settings(Map<String, Integer> items, Set<String> names) {}

  @Test
  void mapsAndSetsKeepTheirOrderAndAreUnmodifiable() throws IOException {
    Codec<Settings> codec = PostcardCodec.of(Settings.class);
    Settings decoded = decode(codec, "02" + "01620201" + "6101" + "02" + "01790178");
    assertThat(decoded.items()).containsExactly(Map.entry("b", 1), Map.entry("a", -1));
    assertThat(decoded.names()).containsExactly("y", "x");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> decoded.items().clear());
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> decoded.names().clear());
    assertThat(hex(codec, new Settings(new TreeMap<>(decoded.items()), Set.of())))
        .isEqualTo("02" + "01610101" + "6202" + "00");
  }

  @Test
  void whatStandsTwiceInAMapOrSetIsRefused() {
    Codec<Settings> codec = PostcardCodec.of(Settings.class);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> decode(codec, "02" + "016102" + "016104" + "00"))
        .withMessageContaining("Settings.items[1] at byte 7: the map has a key twice");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> decode(codec, "00" + "02" + "0161" + "0161"))
        .withMessageContaining("the set has an element twice");
  }

  @Test
  void bytesBehindTheValueAreRefused() {
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> decode(PostcardCodec.of(Integer.class), "0200"))
        .withMessageContaining("1 bytes are left after the value");
  }

  /** Asks for an answer, whose type nothing in the bytes says. */
  private sealed interface Query<R> permits CountOf, Named, Scale {}

  private record CountOf(String what) implements Query<Long> {}

  private sealed interface Named<R> extends Query<R> permits NameOf, All {}

  private record NameOf(int id) implements Named<String> {}

  /** Contains any others. */
  private record All(List<Query<?>> queries, Optional<Query<?>> last)
      implements Named<List<Object>> {}

  private enum Scale implements Query<Integer> {
    SMALL,
    LARGE
  }

  @Test
  void aGenericSealedInterfaceIsServedIfNoVariantIsGeneric() throws IOException {
    Codec<Query<?>> codec = PostcardCodec.of(Query.class).parameterized();
    assertThat(hex(codec, new CountOf("a"))).isEqualTo("00" + "0161");
    assertThat(hex(codec, new NameOf(-1))).isEqualTo("01" + "00" + "01");
    assertThat(hex(codec, Scale.LARGE)).isEqualTo("02" + "01");
    All all = new All(List.of(Scale.SMALL, new CountOf("")), Optional.of(new NameOf(1)));
    String bytes = "01" + "01" + "02" + "0200" + "0000" + "01" + "010002";
    assertThat(hex(codec, all)).isEqualTo(bytes);
    assertThat(decode(codec, bytes)).isEqualTo(all);
    Codec<Named<?>> unsigned =
        PostcardCodec.ofUnsigned(Named.class, MethodHandles.lookup()).parameterized();
    assertThat(hex(unsigned, new NameOf(200))).isEqualTo("00" + "c801");
    assertThat(decode(unsigned, "00c801")).isEqualTo(new NameOf(200));
  }

  @Test
  void onlyTheCodecOfAGenericSealedInterfaceIsParameterized() {
    for (PostcardCodec<?> plain :
        List.of(PostcardCodec.of(Change.class), PostcardCodec.of(Line.class))) {
      assertThatIllegalStateException()
          .isThrownBy(plain::parameterized)
          .withMessageContaining("is no generic sealed interface");
    }
  }

  @Test
  void unsignedNumbersFollowJavasOwnConvention() throws IOException {
    Codec<Lifetime> codec = PostcardCodec.ofUnsigned(Lifetime.class, MethodHandles.lookup());
    assertThat(hex(codec, new Lifetime(300, 128))).isEqualTo("ac02" + "8001");
    assertThat(hex(codec, new Lifetime(-1, -1))).isEqualTo("ffffffffffffffffff01" + "ffffffff0f");
    assertThat(decode(codec, "ffffffffffffffffff01" + "ffffffff0f"))
        .isEqualTo(new Lifetime(-1, -1));
  }

  @Test
  void decodingReadsFromPositionToLimitAndConsumesThem() throws IOException {
    ByteBuffer view = ByteBuffer.wrap(HEX.parseHex("ff0161ff")).position(1).limit(3);
    assertThat(PostcardCodec.of(String.class).decode(view)).isEqualTo("a");
    assertThat(view.hasRemaining()).isFalse();
  }

  @SuppressWarnings("rawtypes") // the raw type is what is refused
  private record Raw(List items) {}

  private record Wild(List<? extends Line> items) {}

  private record WithArray(Optional<int[]> items) {}

  private record GenericArray<T>(List<T[]> items) {}

  private record HoldsGenericArray(GenericArray<String> items) {}

  private interface Open {}

  private record WithOpen(Map<String, Open> items) {}

  private record WithObject(Object item) {}

  private record Empty() {}

  private record Empties(List<Couple<Empty, Empty>> items) {}

  private record ByteKeys(Map<byte[], String> items) {}

  private record Growing<T>(Optional<Growing<List<T>>> next) {}

  private record HoldsGrowing(Growing<String> item) {}

  private sealed interface WithClass permits Plain {}

  private static final class Plain implements WithClass {}

  private sealed interface Either<T> extends OverEither permits Left {}

  private record Left<T>(T value) implements Either<T> {}

  private record HoldsEither(Either<?> item) {}

  private sealed interface OverEither permits Either {}

  private record HoldsAnswered(List<Query<Long>> items) {}

  private record HoldsBounded(Query<? extends Number> item) {}

  @SuppressWarnings("rawtypes") // the raw type is what is refused
  private record HoldsRawQuery(Query item) {}

  @Test
  void whatHasNoWireFormatIsRefusedAndItsPlaceNamed() {
    assertRefused(Raw.class, "Raw.items: List is used without its type arguments");
    assertRefused(Wild.class, "Wild.items: the wildcard");
    assertRefused(WithArray.class, "WithArray.items: there is no wire format for the array int[]");
    assertRefused(HoldsGenericArray.class, "GenericArray<String>.items: T[] is neither");
    assertRefused(WithOpen.class, "WithOpen.items: there is no wire format for the interface");
    assertRefused(
        WithObject.class, "WithObject.item: there is no wire format for java.lang.Object");
    assertRefused(Empties.class, "Empties.items: its elements take no bytes");
    assertRefused(ByteKeys.class, "ByteKeys.items: byte arrays do not compare by content");
    assertRefused(HoldsGrowing.class, "type arguments nest without end");
    assertRefused(WithClass.class, "WithClass permits Plain: there is no wire format");
    assertRefused(Either.class, "Either permits Left: Left is generic");
    assertRefused(HoldsEither.class, "Either permits Left: Left is generic");
    assertRefused(OverEither.class, "Either permits Left: Left is generic");
    assertRefused(HoldsAnswered.class, "HoldsAnswered.items: Query is a generic sealed interface");
    assertRefused(HoldsBounded.class, "HoldsBounded.item: Query is a generic sealed interface");
    assertRefused(HoldsRawQuery.class, "HoldsRawQuery.item: Query is used without its type");
    assertRefused(ArrayList.class, "ArrayList is used without its type arguments");
    assertRefused(Thread.class, "neither a record, an enum nor one of the supported types");
  }

  private static void assertRefused(Class<?> type, String message) {
    assertThatIllegalArgumentException()
        .as("%s", type)
        .isThrownBy(() -> PostcardCodec.of(type))
        .withMessageContaining(message);
  }

  @Test
  void aRecordThatTheLookupDoesNotReachIsRefusedWithAdvice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PostcardCodec.of(Lifetime.class, MethodHandles.publicLookup()))
        .withMessageContaining("Lifetime is not accessible; pass MethodHandles.lookup()");
  }

  @Test
  void oneCodecServesManyThreads() throws Exception {
    Codec<Order> codec = PostcardCodec.of(Order.class);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int id = t;
        tasks.add(
            () -> {
              for (int i = 1; i <= 2_000; i++) {
                Order order = new Order(id, List.of(new Line("article " + i, i)));
                if (!decode(codec, hex(codec, order)).equals(order)) {
                  return false;
                }
              }
              return true;
            });
      }
      for (Future<Boolean> result : pool.invokeAll(tasks)) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static <T> String hex(Codec<T> codec, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return HEX.formatHex(out.toByteArray());
  }

  private static <T> T decode(Codec<T> codec, String hex) throws IOException {
    return codec.decode(ByteBuffer.wrap(HEX.parseHex(hex)).asReadOnlyBuffer());
  }
}
