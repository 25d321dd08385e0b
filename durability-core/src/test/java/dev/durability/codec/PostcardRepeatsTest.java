package dev.durability.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.errors.CodecException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArraySet;
import org.junit.jupiter.api.Test;

/** What an encoder accepts, a decoder accepts: also of sets and maps with an equality of theirs. */
class PostcardRepeatsTest {
  private record Names(Set<String> names) {}

  private record Ages(Map<String, Integer> ages) {}

  private record Paths(Set<List<String>> paths) {}

  private record Sizes(Map<List<String>, Integer> sizes) {}

  private enum Color {
    RED,
    GREEN
  }

  private record Colors(Set<Color> colors) {}

  private record Nested(Set<Set<Integer>> sets) {}

  private static <T> T copy(Class<T> type, T value) throws IOException {
    Codec<T> codec = PostcardCodec.of(type);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    codec.encode(value, out);
    return codec.decode(ByteBuffer.wrap(out.toByteArray()));
  }

  private static <T> void assertRefused(Class<T> type, T value, String problem) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatExceptionOfType(CodecException.class)
        .isThrownBy(() -> PostcardCodec.of(type).encode(value, out))
        .withMessage("encoding " + problem);
    assertThat(out.size()).isZero();
  }

  private static Comparator<String> neverEqual() {
    return (a, b) -> a == b ? 0 : 1;
  }

  /** Equal, and another object. */
  private static String another(String text) {
    return new String(text.toCharArray());
  }

  @Test
  void equalKeysThatTheirCollectionTellsApartAreRefused() {
    Set<String> byIdentity = Collections.newSetFromMap(new IdentityHashMap<>());
    byIdentity.addAll(List.of(another("a"), another("b"), another("a")));
    assertRefused(Names.class, new Names(byIdentity), "Names.names: the set has an element twice");

    Set<String> byOrder = new TreeSet<>(neverEqual());
    byOrder.addAll(List.of(another("a"), another("a")));
    assertRefused(Names.class, new Names(byOrder), "Names.names: the set has an element twice");
    assertRefused(
        Names.class,
        new Names(Collections.unmodifiableSet(byOrder)),
        "Names.names: the set has an element twice");

    IdentityHashMap<String, Integer> identities = new IdentityHashMap<>();
    identities.put(another("a"), 1);
    identities.put(another("a"), 2);
    assertRefused(Ages.class, new Ages(identities), "Ages.ages: the map has a key twice");

    Map<String, Integer> orders = new TreeMap<>(neverEqual());
    orders.put(another("a"), 1);
    orders.put(another("a"), 2);
    assertRefused(Ages.class, new Ages(orders), "Ages.ages: the map has a key twice");
  }

  @Test
  void keysThatBecameEqualAfterTheyWerePutInAreRefused() {
    List<String> first = new ArrayList<>(List.of("a"));
    List<String> second = new ArrayList<>(List.of("b"));
    Set<List<String>> paths = new HashSet<>(Arrays.asList(first, second));
    Map<List<String>, Integer> sizes = new HashMap<>(Map.of(first, 1));
    sizes.put(second, 2);
    second.set(0, "a");
    assertRefused(Paths.class, new Paths(paths), "Paths.paths: the set has an element twice");
    assertRefused(Sizes.class, new Sizes(sizes), "Sizes.sizes: the map has a key twice");
  }

  @Test
  void setsAndMapsOfEveryKindWithoutEqualKeysComeBack() throws IOException {
    List<String> names = List.of("b", "a", "Aa", "BB");
    for (Set<String> each :
        List.of(
            Set.copyOf(names),
            Set.of("a", "b"),
            new HashSet<>(names),
            new TreeSet<>(names),
            new TreeSet<>(Comparator.<String>reverseOrder()),
            new TreeSet<>(String.CASE_INSENSITIVE_ORDER),
            new ConcurrentSkipListSet<>(names),
            new CopyOnWriteArraySet<>(names),
            ConcurrentHashMap.<String>newKeySet(),
            Collections.unmodifiableSet(new HashSet<>(names)))) {
      assertThat(copy(Names.class, new Names(each)).names()).hasSameElementsAs(each);
    }
    Map<String, Integer> ages = Map.of("Aa", 1, "BB", 2, "c", 3);
    for (Map<String, Integer> each :
        List.of(ages, new HashMap<>(ages), new TreeMap<>(ages), new ConcurrentHashMap<>(ages))) {
      assertThat(copy(Ages.class, new Ages(each)).ages()).isEqualTo(ages);
    }
    assertThat(copy(Colors.class, new Colors(EnumSet.allOf(Color.class))).colors()).hasSize(2);
    // The same hash codes, and not equal.
    Set<List<String>> colliding = Set.of(List.of("Aa"), List.of("BB"));
    assertThat(copy(Paths.class, new Paths(colliding)).paths()).isEqualTo(colliding);
    Set<Set<Integer>> nested = Set.of(Set.of(3), Set.of(1, 2), Set.of());
    assertThat(copy(Nested.class, new Nested(nested)).sets()).isEqualTo(nested);
  }

  @Test
  void aLogDoesNotTakeAnEntryThatItsCodecCannotRead() throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    Codec<Names> codec = PostcardCodec.of(Names.class);
    Set<String> byIdentity = Collections.newSetFromMap(new IdentityHashMap<>());
    byIdentity.addAll(List.of(another("a"), another("a")));
    try (WalWriter<Names> log = WalWriter.open(directory, codec, WalOptions.defaults())) {
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> log.appendDurable(new Names(byIdentity)));
      assertThat(log.appendDurable(new Names(Set.of("a")))).isEqualTo(1);
    }
    List<Names> read = new ArrayList<>();
    WalReader.of(directory, codec).replay(1, Long.MAX_VALUE, (id, entry) -> read.add(entry));
    assertThat(read).containsExactly(new Names(Set.of("a")));
  }
}
