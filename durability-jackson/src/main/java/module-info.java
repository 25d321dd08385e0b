/** Codecs of JSON, CBOR and Smile with schemas, by Jackson. */
@org.jspecify.annotations.NullMarked
module dev.durability.jackson {
  requires static org.jspecify;
  requires static com.fasterxml.jackson.dataformat.cbor;
  requires static com.fasterxml.jackson.dataformat.smile;
  requires transitive com.fasterxml.jackson.databind;
  requires transitive dev.durability;

  exports dev.durability.jackson;

  provides dev.durability.codec.SchemaDecoder with
      dev.durability.jackson.JacksonSchemaDecoder;
}
