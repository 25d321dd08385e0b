package dev.durability.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Codecs;
import dev.durability.errors.SchemaException;
import dev.durability.testkit.LogOfVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/** Logs that one version of a program wrote, opened by the next one. */
class EvolutionTest {
  private static final String ORDER =
      "{'type':'record','name':'Order','fields':["
          + "{'name':'item','type':'string'},{'name':'count','type':'int'}%s]}";

  private static Schema schema(String json) {
    return new Schema.Parser().parse(json.replace('\'', '"'));
  }

  private static Schema order(String more) {
    return schema(ORDER.replace("%s", more));
  }

  private static GenericRecord record(Schema schema, Object... values) {
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < values.length; i++) {
      record.put(i, values[i]);
    }
    return record;
  }

  private static GenericRecord first() {
    return record(order(""), "a", 2);
  }

  /**
   * Writes a record, then another of the next schema, and reads both; returns the first as text.
   */
  private String read(GenericRecord written, Schema now, GenericRecord next) throws Exception {
    AvroCodec<GenericRecord> codec = AvroCodec.generic(now);
    LogOfVersions log = new LogOfVersions();
    log.append(AvroCodec.generic(written.getSchema()), written).append(codec, next);
    List<GenericRecord> read = log.read(codec);
    assertThat(read).hasSize(2);
    assertThat(read.get(1)).hasToString(next.toString());
    return read.get(0).toString().replace('"', '\'');
  }

  private List<String> refused(GenericRecord written, Schema now) throws Exception {
    AvroCodec<GenericRecord> before = AvroCodec.generic(written.getSchema());
    LogOfVersions log = new LogOfVersions().append(before, written);
    SchemaException refused = log.refusal(AvroCodec.generic(now));
    assertThat(refused).hasMessageContaining("Codecs.upcasting");
    assertThat(log.read(before)).hasSize(1);
    return refused.changes();
  }

  @Test
  void fieldsInAnotherOrderAreRead() throws Exception {
    Schema moved =
        schema(
            "{'type':'record','name':'Order','fields':[{'name':'count','type':'int'},"
                + "{'name':'item','type':'string'}]}");

    assertThat(read(first(), moved, record(moved, 1, "b"))).isEqualTo("{'count': 2, 'item': 'a'}");
  }

  @Test
  void aNewFieldNeedsADefault() throws Exception {
    Schema with = order(",{'name':'gift','type':'boolean','default':true}");

    assertThat(read(first(), with, record(with, "b", 1, false)))
        .isEqualTo("{'item': 'a', 'count': 2, 'gift': true}");
    assertThat(refused(first(), order(",{'name':'gift','type':['null','boolean']}")))
        .containsExactly("Order: field \"gift: [null, boolean]\" is new and has no default");
  }

  @Test
  void aFieldThatWasRemovedIsSkipped() throws Exception {
    Schema large = order(",{'name':'tags','type':{'type':'array','items':'string'}}");

    assertThat(read(record(large, "a", 2, List.of("x", "y")), order(""), record(order(""), "b", 1)))
        .isEqualTo("{'item': 'a', 'count': 2}");
  }

  @Test
  void anotherNameNeedsAnAlias() throws Exception {
    String renamed =
        "{'type':'record','name':'Purchase'%s,'fields':[{'name':'article','type':'string'%s},"
            + "{'name':'count','type':'int'}]}";
    Schema aliased =
        schema(
            renamed
                .replaceFirst("%s", ",'aliases':['Order']")
                .replaceFirst("%s", ",'aliases':['item']"));

    assertThat(read(first(), aliased, record(aliased, "b", 1)))
        .isEqualTo("{'article': 'a', 'count': 2}");
    assertThat(refused(first(), schema(renamed.replace("%s", ""))))
        .containsExactly(
            "Purchase was named Order and is named Purchase",
            "Purchase: field \"article: string\" is new and has no default");
  }

  @Test
  void aFieldThatWasWrittenUnderTwoOfItsNamesIsRefused() throws Exception {
    Schema both = order(",{'name':'article','type':'string','aliases':['item','name']}");
    Schema one =
        schema(
            "{'type':'record','name':'Order','fields':[{'name':'article','type':'string',"
                + "'aliases':['item']}]}");

    assertThat(refused(record(both, "a", 1, "b"), one))
        .singleElement()
        .asString()
        .contains("multiple fields");
  }

  @Test
  void aNumberMayBecomeWiderAndATypeOptional() throws Exception {
    Schema wide =
        schema(
            "{'type':'record','name':'Order','fields':[{'name':'item','type':['null','string']},"
                + "{'name':'count','type':'double'}]}");

    assertThat(read(first(), wide, record(wide, null, 1.5)))
        .isEqualTo("{'item': 'a', 'count': 2.0}");
    assertThat(refused(record(wide, "a", 1.5), order("")))
        .containsExactly("Order.item was null and is string", "Order.count was double and is int");
  }

  @Test
  void otherChangesOfATypeAreNamed() throws Exception {
    Schema before =
        schema(
            "{'type':'record','name':'R','fields':["
                + "{'name':'list','type':{'type':'array','items':'string'}},"
                + "{'name':'map','type':{'type':'map','values':'int'}},"
                + "{'name':'fixed','type':{'type':'fixed','name':'F','size':2}},"
                + "{'name':'state','type':{'type':'enum','name':'E','symbols':['A','B']}},"
                + "{'name':'union','type':['int','string','boolean']}]}");
    Schema now =
        schema(
            "{'type':'record','name':'R','fields':["
                + "{'name':'list','type':{'type':'array','items':'int'}},"
                + "{'name':'map','type':{'type':'map','values':'string'}},"
                + "{'name':'fixed','type':{'type':'fixed','name':'F','size':3}},"
                + "{'name':'state','type':{'type':'enum','name':'E','symbols':['B']}},"
                + "{'name':'union','type':['int','string']}]}");
    GenericRecord record =
        record(
            before,
            List.of("a"),
            Map.of("k", 1),
            new GenericData.Fixed(before.getField("fixed").schema(), new byte[] {1, 2}),
            new GenericData.EnumSymbol(before.getField("state").schema(), "A"),
            7);

    assertThat(refused(record, now))
        .containsExactly(
            "R.list[] was string and is int",
            "R.map value was int and is string",
            "R.fixed had 2 bytes and has 3",
            "E: the symbols [A] are gone, and it has no default",
            "R.union was boolean, and no branch of [int, string] is");
  }

  @Test
  void aChangeInsideABranchOfAUnionIsNamed() throws Exception {
    String event =
        "{'type':'record','name':'Entry','fields':[{'name':'event','type':["
            + "{'type':'record','name':'Put','fields':[{'name':'key','type':'string'}%s]},"
            + "{'type':'record','name':'Remove','fields':[{'name':'key','type':'string'}]}]}]}";
    Schema before = schema(event.replace("%s", ""));
    Schema now = schema(event.replace("%s", ",{'name':'value','type':'int'}"));
    Schema remove = before.getField("event").schema().getTypes().get(1);

    assertThat(refused(record(before, record(remove, "a")), now))
        .containsExactly("Put: field \"value: int\" is new and has no default");
  }

  @Test
  void changesOfTypesThatContainEachOtherAreNamedOnce() throws Exception {
    String type =
        "{'type':'record','name':'A','fields':[{'name':'b','type':['null',{'type':'record',"
            + "'name':'B','fields':[{'name':'a','type':['null','A']}%s]}]}%s]}";
    Schema before = schema(type.replace("%s", ""));
    Schema now = schema(type.replace("%s", ",{'name':'x','type':'int'}"));

    assertThat(refused(record(before, (Object) null), now))
        .containsExactlyInAnyOrder(
            "A: field \"x: int\" is new and has no default",
            "B: field \"x: int\" is new and has no default");
  }

  @Test
  void aSymbolThatWasRemovedIsReadAsTheDefault() throws Exception {
    String type =
        "{'type':'record','name':'R','fields':[{'name':'e','type':{'type':'enum','name':'E',%s}}]}";
    Schema before = schema(type.replace("%s", "'symbols':['A','B']"));
    Schema now = schema(type.replace("%s", "'symbols':['C','B'],'default':'C'"));
    GenericRecord a =
        record(before, new GenericData.EnumSymbol(before.getField("e").schema(), "A"));
    GenericRecord b = record(now, new GenericData.EnumSymbol(now.getField("e").schema(), "B"));

    assertThat(read(a, now, b)).isEqualTo("{'e': 'C'}");
  }

  @Test
  void changesThatNeedCodeAreConverted() throws Exception {
    Schema now = schema("{'type':'record','name':'Total','fields':[{'name':'n','type':'int'}]}");
    LogOfVersions log = new LogOfVersions();
    log.append(AvroCodec.generic(order("")), first());
    var codec =
        Codecs.upcasting(
            AvroCodec.generic(now),
            AvroCodec.generic(order("")),
            order -> record(now, order.get("count")));
    log.append(codec, record(now, 5));

    assertThat(log.read(codec).toString()).isEqualTo("[{\"n\": 2}, {\"n\": 5}]");
  }

  @Test
  void aLogHasTheEntriesOfManyVersions() throws Exception {
    LogOfVersions log = new LogOfVersions();
    Schema second = order(",{'name':'gift','type':'boolean','default':false}");
    Schema third =
        schema(
            "{'type':'record','name':'Order','fields':[{'name':'count','type':'long'},"
                + "{'name':'article','type':'string','aliases':['item']},"
                + "{'name':'note','type':['null','string'],'default':null}]}");
    List<String> expected = new ArrayList<>();
    log.append(AvroCodec.generic(order("")), first(), first());
    expected.add("{\"count\": 2, \"article\": \"a\", \"note\": null}");
    expected.add("{\"count\": 2, \"article\": \"a\", \"note\": null}");
    log.append(AvroCodec.generic(second), record(second, "b", 3, true));
    expected.add("{\"count\": 3, \"article\": \"b\", \"note\": null}");
    log.append(AvroCodec.generic(third), record(third, 1L << 40, "c", "x"));
    expected.add("{\"count\": 1099511627776, \"article\": \"c\", \"note\": \"x\"}");

    assertThat(log.read(AvroCodec.generic(third)))
        .extracting(GenericRecord::toString)
        .isEqualTo(expected);
    assertThatExceptionOfType(SchemaException.class)
        .isThrownBy(() -> log.read(AvroCodec.generic(second)))
        .withMessageContaining("Order: field \"item: string\" is new and has no default");
  }
}
