/** A codec of Protocol Buffers messages, whose descriptors stand in the log beside the entries. */
@org.jspecify.annotations.NullMarked
module dev.durability.protobuf {
  requires static org.jspecify;
  requires transitive dev.durability;
  requires transitive com.google.protobuf;

  exports dev.durability.protobuf;

  provides dev.durability.codec.SchemaDecoder with
      dev.durability.protobuf.ProtobufSchemaDecoder;
}
