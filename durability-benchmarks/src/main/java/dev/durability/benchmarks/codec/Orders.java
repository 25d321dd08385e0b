package dev.durability.benchmarks.codec;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.dataformat.smile.databind.SmileMapper;
import dev.durability.avro.AvroCodec;
import dev.durability.benchmarks.Role;
import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.jackson.JacksonCodec;
import dev.durability.kotlin.KotlinCodec;
import dev.durability.protobuf.ProtobufCodec;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * A codec with an order in the shape that it encodes.
 *
 * @param name its name in the table
 * @param role what it stands for
 * @param codec the codec
 * @param order the order
 * @param <T> the shape
 */
public record Orders<T>(String name, Role role, Codec<T> codec, T order) {

  /** {@return all codecs; the first one is the probe} */
  public static List<Orders<?>> all() {
    return List.of(
        new Orders<>("probe: written by hand", Role.PROBE, new OrderByHand(), Order.EXAMPLE),
        new Orders<>("PostcardCodec", Role.OURS, PostcardCodec.of(Order.class), Order.EXAMPLE),
        json("JacksonCodec, JSON", JacksonCodec.of(Order.class, new JsonMapper())),
        json("JacksonCodec, CBOR", JacksonCodec.of(Order.class, new CBORMapper())),
        json("JacksonCodec, Smile", JacksonCodec.of(Order.class, new SmileMapper())),
        new Orders<>("AvroCodec, generic", Role.VARIANT, AvroCodec.generic(AVRO), inAvro()),
        new Orders<>(
            "ProtobufCodec, class of protoc",
            Role.VARIANT,
            ProtobufCodec.of(OrderMessage.getDefaultInstance()),
            message()),
        new Orders<>(
            "KotlinCodec, JSON",
            Role.VARIANT,
            KotlinCodec.json(KotlinOrder.Companion.serializer()),
            inKotlin()));
  }

  private static final Schema AVRO =
      SchemaBuilder.record("Order")
          .fields()
          .requiredLong("id")
          .requiredString("owner")
          .name("tags")
          .type()
          .array()
          .items()
          .stringType()
          .noDefault()
          .requiredDouble("amount")
          .endRecord();

  private static Orders<Order> json(String name, Codec<Order> codec) {
    return new Orders<>(name, Role.VARIANT, codec, Order.EXAMPLE);
  }

  private static GenericRecord inAvro() {
    GenericRecord order = new GenericData.Record(AVRO);
    order.put("id", Order.EXAMPLE.id());
    order.put("owner", Order.EXAMPLE.owner());
    order.put("tags", Order.EXAMPLE.tags());
    order.put("amount", Order.EXAMPLE.amount());
    return order;
  }

  private static OrderMessage message() {
    return OrderMessage.newBuilder()
        .setId(Order.EXAMPLE.id())
        .setOwner(Order.EXAMPLE.owner())
        .addAllTags(Order.EXAMPLE.tags())
        .setAmount(Order.EXAMPLE.amount())
        .build();
  }

  private static KotlinOrder inKotlin() {
    return new KotlinOrder(
        Order.EXAMPLE.id(), Order.EXAMPLE.owner(), Order.EXAMPLE.tags(), Order.EXAMPLE.amount());
  }
}
