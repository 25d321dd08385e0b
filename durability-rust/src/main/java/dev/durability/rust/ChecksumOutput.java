package dev.durability.rust;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32;

/** Puts what is written through a checksum. Closing it does nothing. */
final class ChecksumOutput extends OutputStream {
  private final CRC32 crc;
  private final OutputStream out;

  ChecksumOutput(CRC32 crc) {
    this(crc, OutputStream.nullOutputStream());
  }

  ChecksumOutput(CRC32 crc, OutputStream out) {
    this.crc = crc;
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    crc.update(b);
    out.write(b);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    crc.update(source, offset, length);
    out.write(source, offset, length);
  }
}
