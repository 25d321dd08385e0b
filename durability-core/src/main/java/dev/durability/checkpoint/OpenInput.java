package dev.durability.checkpoint;

import java.io.FilterInputStream;
import java.io.InputStream;

/**
 * A stream that stays open when a parser closes it. Parsers that wrap it in another stream do that.
 */
final class OpenInput extends FilterInputStream {
  OpenInput(InputStream in) {
    super(in);
  }

  @Override
  public void close() {}
}
