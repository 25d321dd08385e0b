package dev.durability.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.codec.GoldenTypes.AddSegment;
import dev.durability.codec.GoldenTypes.CancelMerge;
import dev.durability.codec.GoldenTypes.Checkpoint;
import dev.durability.codec.GoldenTypes.CheckpointState;
import dev.durability.codec.GoldenTypes.Counts;
import dev.durability.codec.GoldenTypes.DeleteDocuments;
import dev.durability.codec.GoldenTypes.Doc;
import dev.durability.codec.GoldenTypes.Docs;
import dev.durability.codec.GoldenTypes.En;
import dev.durability.codec.GoldenTypes.EnUnit;
import dev.durability.codec.GoldenTypes.EndMerge;
import dev.durability.codec.GoldenTypes.Err;
import dev.durability.codec.GoldenTypes.Flags;
import dev.durability.codec.GoldenTypes.IntSet;
import dev.durability.codec.GoldenTypes.Ints;
import dev.durability.codec.GoldenTypes.Ints3;
import dev.durability.codec.GoldenTypes.Longs;
import dev.durability.codec.GoldenTypes.MaybeInt;
import dev.durability.codec.GoldenTypes.MaybeMaybe;
import dev.durability.codec.GoldenTypes.MaybeOctet;
import dev.durability.codec.GoldenTypes.MaybeText;
import dev.durability.codec.GoldenTypes.MaybeUnit;
import dev.durability.codec.GoldenTypes.Mixed;
import dev.durability.codec.GoldenTypes.Newtype;
import dev.durability.codec.GoldenTypes.OctetAndShort;
import dev.durability.codec.GoldenTypes.OctetLists;
import dev.durability.codec.GoldenTypes.OctetMap;
import dev.durability.codec.GoldenTypes.Octets4;
import dev.durability.codec.GoldenTypes.Ok;
import dev.durability.codec.GoldenTypes.Pair;
import dev.durability.codec.GoldenTypes.Result;
import dev.durability.codec.GoldenTypes.SegmentState;
import dev.durability.codec.GoldenTypes.StartMerge;
import dev.durability.codec.GoldenTypes.Texts;
import dev.durability.codec.GoldenTypes.Unit;
import dev.durability.codec.GoldenTypes.WalEntry;
import dev.durability.errors.CodecException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The bytes are those that postcard itself wrote, recorded in the JSON files beside this class. */
class PostcardGoldenTest {

  private static final HexFormat HEX = HexFormat.of();

  /** Why each vector that Java cannot express is left out; see {@link #inexpressible}. */
  private static final String NO_128_BIT_INTEGER = "Java has no 128-bit integer";

  private static final String BOTH_SIGNS = "signed and unsigned integers in one type";

  /** A Java type for a type of the vectors: its codec, and its value from the JSON. */
  private record Expressed<T>(Codec<T> codec, Function<JsonNode, T> value) {
    void check(JsonNode vector) throws IOException {
      T expected = value.apply(vector.get("value"));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      codec.encode(expected, out);
      byte[] encoded = out.toByteArray();
      assertBytes(encoded, vector);
      assertThat(codec.decode(ByteBuffer.wrap(encoded).asReadOnlyBuffer()))
          .as("value of %s", vector)
          .isEqualTo(expected);
    }
  }

  @Test
  void everyExpressibleVectorIsReproducedAndReadBack() throws IOException {
    Map<String, Integer> left = new LinkedHashMap<>();
    int checked = 0;
    for (JsonNode vector : load("postcard_vectors.json")) {
      Optional<String> reason = inexpressible(vector);
      if (reason.isPresent()) {
        // The type's name alone, without its fields and without the variant.
        String type = vector.get("type").asText().replaceFirst("^(enum \\w+|struct \\w+).*", "$1");
        left.merge(type + ": " + reason.get(), 1, Integer::sum);
      } else {
        expressed(vector).check(vector);
        checked++;
      }
    }
    // Listed here, so that what is left out cannot grow unseen.
    assertThat(left)
        .isEqualTo(
            Map.of(
                "u128: " + NO_128_BIT_INTEGER,
                7,
                "i128: " + NO_128_BIT_INTEGER,
                5,
                "struct Inner: " + BOTH_SIGNS,
                2,
                "struct Outer: " + BOTH_SIGNS,
                1,
                "enum En: " + BOTH_SIGNS,
                4,
                "Vec<En>: " + BOTH_SIGNS,
                1,
                "BTreeMap<u64,Vec<i32>>: " + BOTH_SIGNS,
                1));
    assertThat(checked).isEqualTo(201);
  }

  private static Optional<String> inexpressible(JsonNode vector) {
    String type = vector.get("type").asText();
    if (type.endsWith("128")) {
      return Optional.of(NO_128_BIT_INTEGER);
    } else if (type.startsWith("struct Inner")
        || type.startsWith("struct Outer")
        || type.startsWith("enum En")
        || type.equals("Vec<En>")
        || type.equals("BTreeMap<u64,Vec<i32>>")) {
      return Optional.of(BOTH_SIGNS);
    }
    return Optional.empty();
  }

  private static Expressed<?> expressed(JsonNode vector) {
    String type = vector.get("type").asText().replaceFirst(" \\(.*", "");
    return switch (type) {
      case "u8" -> unsigned(Byte.class, v -> u8(v));
      case "u16" -> unsigned(Short.class, v -> (short) Integer.parseInt(v.asText()));
      case "u32" -> unsigned(Integer.class, v -> u32(v));
      case "u64", "usize" -> unsigned(Long.class, v -> u64(v));
      case "i8" -> signed(Byte.class, v -> Byte.valueOf(v.asText()));
      case "i16" -> signed(Short.class, v -> Short.valueOf(v.asText()));
      case "i32" -> signed(Integer.class, v -> Integer.valueOf(v.asText()));
      case "i64", "isize" -> signed(Long.class, v -> Long.valueOf(v.asText()));
      case "bool" -> signed(Boolean.class, JsonNode::asBoolean);
      case "f32" ->
          signed(
              Float.class,
              v -> Float.intBitsToFloat(Integer.parseUnsignedInt(vector.get("bits").asText(), 16)));
      case "f64" ->
          signed(
              Double.class,
              v ->
                  Double.longBitsToDouble(Long.parseUnsignedLong(vector.get("bits").asText(), 16)));
      // A Java char ends at U+FFFF, and the bytes of a character are those of a string of it.
      case "char" ->
          vector.get("code_point").asInt() > Character.MAX_VALUE
              ? signed(String.class, JsonNode::asText)
              : signed(Character.class, v -> v.asText().charAt(0));
      case "string" ->
          signed(
              String.class,
              v -> v == null ? "x".repeat(vector.get("value_len").asInt()) : v.asText());
      default -> composite(type);
    };
  }

  private static Expressed<?> composite(String type) {
    return switch (type) {
      case "[u8; 4]" ->
          unsigned(Octets4.class, v -> new Octets4(u8(v, 0), u8(v, 1), u8(v, 2), u8(v, 3)));
      case "[u32; 3]" -> unsigned(Ints3.class, v -> new Ints3(u32(v, 0), u32(v, 1), u32(v, 2)));
      case "Vec<u8>" -> unsigned(byte[].class, PostcardGoldenTest::octets);
      case "Vec<u32>" -> unsigned(Ints.class, v -> new Ints(list(v, e -> u32(e))));
      case "Vec<i32>" -> signed(Ints.class, v -> new Ints(list(v, JsonNode::asInt)));
      case "Vec<u64>" -> unsigned(Longs.class, v -> new Longs(list(v, e -> u64(e))));
      case "Vec<bool>" -> signed(Flags.class, v -> new Flags(list(v, JsonNode::asBoolean)));
      case "Vec<String>" -> signed(Texts.class, v -> new Texts(list(v, JsonNode::asText)));
      case "Vec<Vec<u8>>" ->
          unsigned(OctetLists.class, v -> new OctetLists(list(v, e -> list(e, b -> u8(b)))));
      case "()", "unit struct Unit" -> signed(Unit.class, v -> new Unit());
      case "(u8, u16, u32)" ->
          unsigned(Mixed.class, v -> new Mixed(u8(v, 0), (short) v.get(1).asInt(), u32(v, 2)));
      case "(u64, u32)" -> unsigned(Doc.class, PostcardGoldenTest::doc);
      case "Vec<(u64, u32)>" -> unsigned(Docs.class, v -> new Docs(list(v, e -> doc(e))));
      case "Option<u32> None" -> unsigned(MaybeInt.class, v -> new MaybeInt(OptionalInt.empty()));
      case "Option<u32> Some" ->
          unsigned(MaybeInt.class, v -> new MaybeInt(OptionalInt.of(u32(v))));
      case "Option<String> Some" ->
          unsigned(MaybeText.class, v -> new MaybeText(Optional.of(v.asText())));
      case "Option<Option<u8>> Some(None)" ->
          unsigned(MaybeMaybe.class, v -> new MaybeMaybe(Optional.of(Optional.empty())));
      case "Option<Option<u8>> Some(Some(7))" ->
          unsigned(
              MaybeMaybe.class,
              v -> new MaybeMaybe(Optional.of(Optional.of(u8(v.get("Some").get("Some"))))));
      case "Option<()> Some" ->
          unsigned(MaybeUnit.class, v -> new MaybeUnit(Optional.of(new Unit())));
      case "newtype struct Newtype(u32)" -> unsigned(Newtype.class, v -> new Newtype(u32(v)));
      case "tuple struct Pair(u8, String)" ->
          unsigned(Pair.class, v -> new Pair(u8(v, 0), v.get(1).asText()));
      default -> large(type);
    };
  }

  private static Expressed<?> large(String type) {
    return switch (type) {
      case "enum Big variant index 127" ->
          unsigned(ManyVariants.class, v -> new ManyVariants.V127());
      case "enum Big variant index 128" ->
          unsigned(ManyVariants.class, v -> new ManyVariants.V128(u8(v.get("V128"))));
      case "BTreeMap<String,u32>" -> unsigned(Counts.class, PostcardGoldenTest::counts);
      case "BTreeSet<u32>" ->
          unsigned(IntSet.class, v -> new IntSet(new LinkedHashSet<>(list(v, e -> u32(e)))));
      case "Result<u8,String> Ok" -> unsigned(Result.class, v -> new Ok(u8(v.get("Ok"))));
      case "Result<u8,String> Err" -> unsigned(Result.class, v -> new Err(v.get("Err").asText()));
      case "std::time::Duration" ->
          unsigned(
              GoldenTypes.Duration.class,
              v -> new GoldenTypes.Duration(u64(v.get("secs")), u32(v.get("nanos"))));
      case "WalEntry" -> unsigned(WalEntry.class, PostcardGoldenTest::walEntry);
      case "CheckpointState" ->
          unsigned(
              CheckpointState.class,
              v -> new CheckpointState(list(v, PostcardGoldenTest::segment)));
      default -> throw new AssertionError("no Java type for the vectors of type " + type);
    };
  }

  private static WalEntry walEntry(JsonNode v) {
    return switch (v.get("type").asText()) {
      case "AddSegment" -> new AddSegment(u64(v.get("segment_id")), u32(v.get("doc_count")));
      case "StartMerge" -> new StartMerge(u64(v.get("transaction_id")), ids(v, "segment_ids"));
      case "CancelMerge" -> new CancelMerge(u64(v.get("transaction_id")), ids(v, "segment_ids"));
      case "EndMerge" ->
          new EndMerge(
              u64(v.get("transaction_id")),
              u64(v.get("new_segment_id")),
              ids(v, "old_segment_ids"),
              list(v.get("remapped_deletes"), e -> doc(e)));
      case "DeleteDocuments" -> new DeleteDocuments(list(v.get("deletes"), e -> doc(e)));
      case "Checkpoint" ->
          new Checkpoint(v.get("checkpoint_path").asText(), u64(v.get("last_entry_id")));
      default -> throw new AssertionError("no Java type for the entry " + v);
    };
  }

  private static SegmentState segment(JsonNode v) {
    return new SegmentState(
        u64(v.get("segment_id")),
        u32(v.get("doc_count")),
        list(v.get("deleted_docs"), e -> u32(e)));
  }

  private static Doc doc(JsonNode v) {
    return new Doc(u64(v.get(0)), u32(v, 1));
  }

  private static List<Long> ids(JsonNode v, String field) {
    return list(v.get(field), e -> u64(e));
  }

  private static Counts counts(JsonNode v) {
    Map<String, Integer> items = new LinkedHashMap<>();
    v.properties().forEach(field -> items.put(field.getKey(), u32(field.getValue())));
    return new Counts(items);
  }

  private static byte[] octets(JsonNode v) {
    byte[] octets = new byte[v.size()];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = u8(v, i);
    }
    return octets;
  }

  private static byte u8(JsonNode v) {
    return (byte) Integer.parseInt(v.asText());
  }

  private static byte u8(JsonNode v, int index) {
    return u8(v.get(index));
  }

  private static int u32(JsonNode v) {
    return Integer.parseUnsignedInt(v.asText());
  }

  private static int u32(JsonNode v, int index) {
    return u32(v.get(index));
  }

  private static long u64(JsonNode v) {
    return Long.parseUnsignedLong(v.asText());
  }

  private static <E> List<E> list(JsonNode array, Function<JsonNode, E> element) {
    List<E> list = new ArrayList<>();
    array.forEach(each -> list.add(element.apply(each)));
    return list;
  }

  private static <T> Expressed<T> signed(Class<T> type, Function<JsonNode, T> value) {
    return new Expressed<>(PostcardCodec.of(type), value);
  }

  private static <T> Expressed<T> unsigned(Class<T> type, Function<JsonNode, T> value) {
    return new Expressed<>(PostcardCodec.ofUnsigned(type), value);
  }

  /** Some vectors of long strings are recorded by their length and their first bytes. */
  private static void assertBytes(byte[] encoded, JsonNode vector) {
    if (vector.has("hex")) {
      assertThat(HEX.formatHex(encoded)).as("%s", vector).isEqualTo(vector.get("hex").asText());
    } else {
      assertThat(HEX.formatHex(encoded))
          .startsWith(vector.get("hex_prefix").asText())
          .hasSize(2 * vector.get("hex_len_bytes").asInt());
    }
  }

  /** What postcard's own decoder makes of odd bytes, and where this one is stricter. */
  @Test
  void oddBytesAreJudgedAsPostcardDoesOrMoreStrictly() throws IOException {
    // In the order of the file, each with the reason why it is refused.
    Map<String, String> refused = new LinkedHashMap<>();
    refused.put("trailing byte is ignored by from_bytes", "it is lost data, or another type's");
    refused.put("two chars in one char", "postcard drops the second");
    refused.put("duplicate key: last wins", "postcard drops the first");
    List<String> stricter = new ArrayList<>();
    List<String> left = new ArrayList<>();
    for (JsonNode vector : load("postcard_negative.json")) {
      Optional<Codec<?>> codec = negative(vector.get("type").asText());
      if (codec.isEmpty()) {
        left.add(vector.get("note").asText());
        continue;
      }
      ByteBuffer bytes = ByteBuffer.wrap(HEX.parseHex(vector.get("hex").asText()));
      if (vector.has("ok")) {
        try {
          assertThat(rustDebug(vector.get("type").asText(), codec.get().decode(bytes)))
              .as("%s", vector)
              .isEqualTo(vector.get("ok").asText());
        } catch (CodecException e) {
          stricter.add(vector.get("note").asText());
        }
      } else {
        assertThatExceptionOfType(CodecException.class)
            .as("%s", vector)
            .isThrownBy(() -> codec.get().decode(bytes))
            .withMessageStartingWith("decoding ");
      }
    }
    assertThat(stricter).containsExactlyElementsOf(refused.keySet());
    // A list of what takes no bytes is refused when the codec is made: its count has no bound.
    assertThat(left).containsExactly("vec of unit");
  }

  private static Optional<Codec<?>> negative(String type) {
    return switch (type) {
      case "u8" -> Optional.of(PostcardCodec.ofUnsigned(Byte.class));
      case "u16" -> Optional.of(PostcardCodec.ofUnsigned(Short.class));
      case "u32" -> Optional.of(PostcardCodec.ofUnsigned(Integer.class));
      case "u64" -> Optional.of(PostcardCodec.ofUnsigned(Long.class));
      case "i8" -> Optional.of(PostcardCodec.of(Byte.class));
      case "i32" -> Optional.of(PostcardCodec.of(Integer.class));
      case "bool" -> Optional.of(PostcardCodec.of(Boolean.class));
      case "Option<u8>" -> Optional.of(PostcardCodec.of(MaybeOctet.class));
      case "String" -> Optional.of(PostcardCodec.of(String.class));
      case "char" -> Optional.of(PostcardCodec.of(Character.class));
      case "f32" -> Optional.of(PostcardCodec.of(Float.class));
      case "Vec<u8>" -> Optional.of(PostcardCodec.of(byte[].class));
      case "Vec<u64>" -> Optional.of(PostcardCodec.ofUnsigned(Longs.class));
      case "En" -> Optional.of(PostcardCodec.of(En.class));
      case "[u8; 4]" -> Optional.of(PostcardCodec.of(Octets4.class));
      case "(u8, u16)" -> Optional.of(PostcardCodec.ofUnsigned(OctetAndShort.class));
      case "BTreeMap<u8, u8>" -> Optional.of(PostcardCodec.of(OctetMap.class));
      case "Vec<()>" -> Optional.empty();
      default -> throw new AssertionError("no Java type for the odd bytes of type " + type);
    };
  }

  private static String rustDebug(String type, Object value) {
    if (value instanceof Short number) {
      return Integer.toString(Short.toUnsignedInt(number));
    } else if (value instanceof Integer number) {
      return type.equals("i32") ? number.toString() : Integer.toUnsignedString(number);
    } else if (value instanceof Long number) {
      return Long.toUnsignedString(number);
    } else if (value instanceof String text) {
      return '"' + text + '"';
    } else if (value instanceof Character character) {
      return "'" + character + "'";
    } else if (value instanceof OctetMap map) {
      return new TreeMap<>(map.items()).toString().replace("=", ": ");
    }
    return value instanceof EnUnit ? "Unit" : String.valueOf(value);
  }

  private static JsonNode load(String name) throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (InputStream in =
        Objects.requireNonNull(PostcardGoldenTest.class.getResourceAsStream(name), name)) {
      return json.readTree(in);
    }
  }
}
