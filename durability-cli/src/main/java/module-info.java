/** The {@code durability} command. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic") // HdrHistogram has no module name of its own.
module dev.durability.cli {
  requires static org.jspecify;
  requires dev.durability;
  requires dev.durability.rust;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires com.fasterxml.jackson.core;
  requires HdrHistogram;

  uses dev.durability.codec.SchemaDecoder;
}
