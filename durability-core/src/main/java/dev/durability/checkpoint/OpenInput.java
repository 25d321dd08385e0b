package dev.durability.checkpoint;

import java.io.FilterInputStream;
import java.io.InputStream;

/**
 * A stream that stays open when a parser closes it, as parsers do that wrap it in another stream.
 */
final class OpenInput extends FilterInputStream {
  OpenInput(InputStream in) {
    super(in);
  }

  @Override
  public void close() {}
}
