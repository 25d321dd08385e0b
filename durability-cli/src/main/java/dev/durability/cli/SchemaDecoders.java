package dev.durability.cli;

import dev.durability.codec.Decoder;
import dev.durability.codec.PostcardCodec;
import dev.durability.codec.Schema;
import dev.durability.codec.SchemaDecoder;
import dev.durability.errors.SchemaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * What decodes values without their classes: this program itself for the schemas of core, and the
 * modules that provide a {@link SchemaDecoder}. Those are looked for once a schema is met that is
 * not of core, because that takes longer than the rest of the start (docs/startup.md).
 */
final class SchemaDecoders {

  private SchemaDecoders() {}

  /** Loaded with the first schema that needs it. */
  private static final class Modules {
    static final List<SchemaDecoder> ALL = all();

    private static List<SchemaDecoder> all() {
      List<SchemaDecoder> all = new ArrayList<>();
      ServiceLoader.load(SchemaDecoder.class, SchemaDecoders.class.getClassLoader())
          .forEach(all::add);
      return all;
    }
  }

  /**
   * Finds how values are decoded that were written under a schema.
   *
   * @return what decodes them; empty if the media type is not known
   * @throws SchemaException if the descriptor is damaged, or of a version that is not known
   */
  static Optional<Decoder<Object>> of(Schema written) throws SchemaException {
    String mediaType = written.mediaType();
    if (mediaType.equals(PostcardCodec.MEDIA_TYPE)) {
      return Optional.of(PostcardCodec.withoutClasses(written));
    }
    for (SchemaDecoder each : Modules.ALL) {
      if (each.decodes(mediaType)) {
        return Optional.of(each.decoderOf(written));
      }
    }
    return Optional.empty();
  }
}
