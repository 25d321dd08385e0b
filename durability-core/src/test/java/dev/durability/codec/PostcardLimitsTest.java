package dev.durability.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How deep values may nest, and what keys with colliding hash codes may cost. */
class PostcardLimitsTest {
  private static final int SMALL_STACK_BYTES = 256 << 10;

  private record Listed(List<Listed> in) {}

  private record Maybe(Optional<Maybe> in) {}

  private record Mapped(Map<String, Mapped> in) {}

  private sealed interface Tree permits Twig, Bough {}

  private record Twig() implements Tree {}

  private record Bough(Tree in) implements Tree {}

  private record Wrapped(Optional<Optional<Optional<List<Optional<Wrapped>>>>> in) {}

  /** A value that stands for a level or more of its type, and the deepest that is permitted. */
  private static Listed listed(int times) {
    Listed value = new Listed(List.of());
    for (int i = 0; i < times; i++) {
      value = new Listed(List.of(value));
    }
    return value;
  }

  private static Maybe maybe(int times) {
    Maybe value = new Maybe(Optional.empty());
    for (int i = 0; i < times; i++) {
      value = new Maybe(Optional.of(value));
    }
    return value;
  }

  private static Mapped mapped(int times) {
    Mapped value = new Mapped(Map.of());
    for (int i = 0; i < times; i++) {
      value = new Mapped(Map.of("k", value));
    }
    return value;
  }

  private static Tree tree(int times) {
    Tree value = new Twig();
    for (int i = 0; i < times; i++) {
      value = new Bough(value);
    }
    return value;
  }

  private static Wrapped wrapped(int times) {
    Wrapped value = new Wrapped(Optional.empty());
    for (int i = 0; i < times; i++) {
      value = new Wrapped(Optional.of(Optional.of(Optional.of(List.of(Optional.of(value))))));
    }
    return value;
  }

  @Test
  void whatIsPermittedFitsIntoStacksOfAllSizesAndWhatIsDeeperIsRefused() throws Exception {
    deepest(Listed.class, listed(99), listed(100));
    deepest(Maybe.class, maybe(99), maybe(100));
    deepest(Mapped.class, mapped(99), mapped(100));
    deepest(Tree.class, tree(99), tree(100));
    deepest(Wrapped.class, wrapped(33), wrapped(34));
  }

  private static <T> void deepest(Class<T> type, T deepest, T deeper) throws Exception {
    Codec<T> codec = PostcardCodec.of(type);
    for (int stackBytes : new int[] {SMALL_STACK_BYTES, 0}) {
      T back = onStack(stackBytes, () -> codec.decode(ByteBuffer.wrap(encode(codec, deepest))));
      assertThat(onStack(64 << 20, () -> back.equals(deepest))).as(type.getSimpleName()).isTrue();
    }
    assertThatExceptionOfType(CodecException.class)
        .as(type.getSimpleName())
        .isThrownBy(() -> encode(codec, deeper))
        .withMessageContaining("nested more than 200 deep");
  }

  private static <V> V onStack(int stackBytes, Callable<V> work) throws Exception {
    FutureTask<V> task = new FutureTask<>(work);
    Thread thread = new Thread(null, task, "a stack of " + stackBytes, stackBytes);
    thread.start();
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new AssertionError(thread.getName(), e.getCause());
    }
  }

  private record Holder(List<Holder> around, Set<Listed> keys) {}

  @Test
  void keysNestLessDeeplySinceTheyAreHashedOnTopOfTheValue() throws Exception {
    Codec<Holder> codec = PostcardCodec.of(Holder.class);
    Holder deepest = new Holder(List.of(), Set.of(listed(15)));
    for (int i = 0; i < 83; i++) {
      deepest = new Holder(List.of(deepest), Set.of());
    }
    Holder value = deepest;
    byte[] bytes = onStack(SMALL_STACK_BYTES, () -> encode(codec, value));
    Holder back = onStack(SMALL_STACK_BYTES, () -> codec.decode(ByteBuffer.wrap(bytes)));
    assertThat(onStack(64 << 20, () -> back.equals(value))).isTrue();

    Holder deeper = new Holder(List.of(), Set.of(listed(16)));
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> encode(codec, deeper))
        .withMessageContaining("an element of a set is nested more than 32 deep");
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> codec.decode(ByteBuffer.wrap(hostileKey(1_000))))
        .withMessageContaining("an element of a set is nested more than 32 deep");
  }

  /** A holder whose one key nests so many lists. */
  private static byte[] hostileKey(int depth) {
    byte[] bytes = new byte[depth + 3];
    for (int i = 1; i <= depth + 1; i++) {
      bytes[i] = 1;
    }
    return bytes;
  }

  /** Any two numbers whose weighted sum is the same have the same hash code. */
  private record Pair(int a, int b) {
    /** As many as wanted, all with the same hash code. */
    static List<Pair> colliding(int count) {
      return IntStream.range(0, count).mapToObj(i -> new Pair(i, -31 * i)).toList();
    }
  }

  private record Pairs(Set<Pair> set) {}

  private record Counts(Map<Pair, Integer> map) {}

  @Test
  void keysThatCollideAreServedUpToABudgetAndRefusedBeyond() throws IOException {
    assertThat(largest(PostcardLimitsTest::pairs, PostcardCodec.of(Pairs.class)))
        .isBetween(200, 1_000);
    assertThat(largest(PostcardLimitsTest::counts, PostcardCodec.of(Counts.class)))
        .isBetween(200, 1_000);
  }

  /** The largest value that can be encoded: it comes back as it was, and the next is refused. */
  private static <T> int largest(IntFunction<T> values, Codec<T> codec) throws IOException {
    int low = 1;
    int high = 3_000;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (isEncoded(codec, values.apply(middle))) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    T value = values.apply(low);
    assertThat(codec.decode(ByteBuffer.wrap(encode(codec, value)))).isEqualTo(value);
    T next = values.apply(low + 1);
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> encode(codec, next))
        .withMessageContaining("have the same hash code");
    return low;
  }

  private static <T> boolean isEncoded(Codec<T> codec, T value) throws IOException {
    try {
      byte[] unused = encode(codec, value);
      return true;
    } catch (CodecException tooManyCollide) {
      return false;
    }
  }

  private static Pairs pairs(int count) {
    return new Pairs(new LinkedHashSet<>(Pair.colliding(count)));
  }

  private static Counts counts(int count) {
    Map<Pair, Integer> map = new LinkedHashMap<>();
    Pair.colliding(count).forEach(pair -> map.put(pair, pair.a()));
    return new Counts(map);
  }

  private record PairList(List<Pair> list) {}

  private record PairAndCount(Pair pair, int count) {}

  private record PairAndCounts(List<PairAndCount> list) {}

  @Test
  void bytesThatWereMadeToCollideAreRefused() throws IOException {
    List<Pair> pairs = Pair.colliding(30_000);
    // A list has the bytes of a set, or of a map.
    refused(Pairs.class, PairList.class, new PairList(pairs));
    refused(
        Counts.class,
        PairAndCounts.class,
        new PairAndCounts(pairs.stream().map(pair -> new PairAndCount(pair, 1)).toList()));
  }

  private static <T, L> void refused(Class<T> type, Class<L> sameBytes, L value)
      throws IOException {
    byte[] bytes = encode(PostcardCodec.of(sameBytes), value);
    assertThatExceptionOfType(CodecException.class)
        .as(type.getSimpleName())
        .isThrownBy(() -> PostcardCodec.of(type).decode(ByteBuffer.wrap(bytes)))
        .withMessageContaining("have the same hash code");
  }

  private record Times(Set<LocalDateTime> set) {}

  private record TimeList(List<LocalDateTime> list) {}

  private record Zones(Map<ZonedDateTime, Boolean> map) {}

  private record ZoneAndFlag(ZonedDateTime time, boolean flag) {}

  private record ZoneList(List<ZoneAndFlag> list) {}

  /** A hash map cannot order them: their classes compare themselves with an interface. */
  @Test
  void timesThatWereMadeToCollideAreRefused() throws IOException {
    LocalDate day = LocalDate.of(2026, 7, 1);
    List<LocalDateTime> times =
        LongStream.range(0, 20_000) // Upper and lower half of the nanosecond cancel each other.
            .mapToObj(i -> LocalDateTime.of(day, LocalTime.ofNanoOfDay(i << 32 | i)))
            .toList();
    assertThat(times.stream().mapToInt(LocalDateTime::hashCode).distinct().count()).isEqualTo(1);
    refused(Times.class, TimeList.class, new TimeList(times));
    refused(
        Zones.class,
        ZoneList.class,
        new ZoneList(
            times.stream()
                .map(each -> new ZoneAndFlag(each.atZone(ZoneOffset.UTC), true))
                .toList()));
    Times few = new Times(new LinkedHashSet<>(times.subList(0, 100)));
    Codec<Times> codec = PostcardCodec.of(Times.class);
    assertThat(codec.decode(ByteBuffer.wrap(encode(codec, few)))).isEqualTo(few);
  }

  private record Sets(Set<Set<Pair>> sets) {}

  private record ListsOfPairs(List<List<Pair>> lists) {}

  private record ListOfSets(List<Set<Pair>> sets) {}

  @Test
  void whatCollidesWithinWhatCollidesIsCountedByWhatItCosts() throws IOException {
    // Each list alone, and the pairs of lists alone, are within the budget.
    List<Pair> pairs = Pair.colliding(4_000);
    List<List<Pair>> lists =
        IntStream.range(0, 100).mapToObj(i -> pairs.subList(40 * i, 40 * i + 40)).toList();
    refused(Sets.class, ListsOfPairs.class, new ListsOfPairs(lists));
    List<Set<Pair>> sets = new ArrayList<>();
    lists.subList(0, 10).forEach(list -> sets.add(new LinkedHashSet<>(list)));
    Sets few = new Sets(new LinkedHashSet<>(sets));
    Codec<Sets> codec = PostcardCodec.of(Sets.class);
    assertThat(codec.decode(ByteBuffer.wrap(encode(codec, few)))).isEqualTo(few);
  }

  @Test
  void theBudgetIsThatOfTheWholeValue() throws IOException {
    List<Pair> some = Pair.colliding(200);
    refused(ListOfSets.class, ListsOfPairs.class, new ListsOfPairs(Collections.nCopies(100, some)));
    ListOfSets one = new ListOfSets(List.of(new LinkedHashSet<>(some)));
    Codec<ListOfSets> codec = PostcardCodec.of(ListOfSets.class);
    assertThat(codec.decode(ByteBuffer.wrap(encode(codec, one)))).isEqualTo(one);
  }

  private record Plain(Set<String> texts, Map<Long, Integer> numbers, Set<Pair> grid) {}

  @Test
  void honestKeysAreServedAlsoWhereTheyCollide() throws IOException {
    Set<String> texts = new LinkedHashSet<>(List.of(""));
    for (int i = 0; i < 13; i++) { // "Aa" and "BB" have the same hash code, and so on.
      Set<String> longer = new LinkedHashSet<>();
      texts.forEach(text -> Collections.addAll(longer, text + "Aa", text + "BB"));
      texts = longer;
    }
    Map<Long, Integer> numbers = new LinkedHashMap<>();
    Set<Pair> grid = new LinkedHashSet<>();
    for (int i = 0; i < 10_000; i++) {
      numbers.put((long) i << 32 | i, i); // All have the hash code 0.
      grid.add(new Pair(i / 100, i % 100)); // Three or four each have the same.
    }
    Plain value = new Plain(texts, numbers, grid);
    Codec<Plain> codec = PostcardCodec.of(Plain.class);
    assertThat(codec.decode(ByteBuffer.wrap(encode(codec, value)))).isEqualTo(value);
  }

  private static <T> byte[] encode(Codec<T> codec, T value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return out.toByteArray();
  }
}
