package dev.durability.checkpoint;

import dev.durability.codec.Schema;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** The content of a checkpoint, which tells afterwards how many bytes it wrote. */
final class SizedContent implements Checkpoints.Content {
  private final Checkpoints.Content content;
  private long bytes;

  SizedContent(Checkpoints.Content content) {
    this.content = content;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public Optional<Schema> schema() {
    return content.schema();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    content.writeTo(new Counted(out));
  }

  private final class Counted extends OutputStream {
    private final OutputStream out;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      bytes++;
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
      out.write(source, from, length);
      bytes += length;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }
  }
}
