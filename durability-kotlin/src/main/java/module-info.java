/**
 * A codec of classes with serializers of Kotlin, whose descriptors stand in the log beside the
 * entries.
 */
@org.jspecify.annotations.NullMarked
module dev.durability.kotlin {
  requires static org.jspecify;
  requires transitive dev.durability;
  requires transitive kotlinx.serialization.json;

  exports dev.durability.kotlin;

  provides dev.durability.codec.SchemaDecoder with
      dev.durability.kotlin.KotlinSchemaDecoder;
}
