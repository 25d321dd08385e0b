/** The {@code durability} command. */
@org.jspecify.annotations.NullMarked
module dev.durability.cli {
  requires static org.jspecify;
  requires dev.durability;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires com.fasterxml.jackson.core;
}
