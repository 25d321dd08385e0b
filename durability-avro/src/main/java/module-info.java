/** Codecs of Avro's generic, specific and reflect data, with schemas. */
@org.jspecify.annotations.NullMarked
module dev.durability.avro {
  requires static org.jspecify;
  requires transitive dev.durability;
  requires transitive org.apache.avro;

  exports dev.durability.avro;

  provides dev.durability.codec.SchemaDecoder with
      dev.durability.avro.AvroSchemaDecoder;
}
