package dev.durability.rust;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.CorruptLogException;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A checkpoint of the crate, a file anywhere. It was whole when this was made. Memory does not
 * depend on its size.
 *
 * @param path the file, relative to the directory
 * @param version the version of the file, 1 or 2. In version 1 the checksum does not cover the id
 * @param lastEntryId the last entry that it contains, unsigned; 0 for none
 * @param payloadBytes the size of its payload
 * @param trailingBytes how many bytes follow the payload: they are ignored
 */
public record CrateCheckpoint(
    String path, int version, long lastEntryId, long payloadBytes, long trailingBytes) {

  /**
   * Opens a checkpoint and checks all of it.
   *
   * @param directory where it is
   * @param path its file
   * @param reading as which version; strictness makes no difference
   * @return the checkpoint
   * @throws CorruptLogException if it is damaged or cut off
   * @throws dev.durability.errors.FormatException if it has another version
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if the storage fails
   */
  public static CrateCheckpoint open(Directory directory, String path, CrateReading reading)
      throws IOException {
    try (FileBytes bytes = FileBytes.open(directory, path)) {
      ByteBuffer header = header(bytes, reading);
      int version = header.getInt(4);
      long length = header.getLong(16);
      CRC32 crc = CrateFormat.checkpointChecksum(version, header);
      try (InputStream payload = new Payload(bytes, length, crc)) {
        long unused = payload.transferTo(OutputStream.nullOutputStream());
      }
      check(path, header, crc);
      return new CrateCheckpoint(
          path,
          version,
          header.getLong(8),
          length,
          bytes.size - CrateFormat.CHECKPOINT_HEADER_BYTES - length);
    }
  }

  private static void check(String path, ByteBuffer header, CRC32 crc) throws IOException {
    int expected = header.getInt(24);
    if (expected != (int) crc.getValue()) {
      throw Damage.checksum(path, 0, expected, (int) crc.getValue());
    }
  }

  /** Reads the header, in the order in which the crate checks it. */
  private static ByteBuffer header(FileBytes bytes, CrateReading reading) throws IOException {
    String path = bytes.path;
    if (!bytes.has(0, 4)) {
      throw Damage.cut(path, 0, "a checkpoint begins with four bytes");
    }
    int readable = (int) Math.min(bytes.size, CrateFormat.CHECKPOINT_HEADER_BYTES);
    ByteBuffer header = CrateFormat.allocate(CrateFormat.CHECKPOINT_HEADER_BYTES);
    header.put(bytes.copy(0, readable)).clear();
    if (header.getInt(0) != CrateFormat.CHECKPOINT_MAGIC) {
      throw Damage.format(path, 0, "invalid checkpoint magic");
    }
    if (readable < 8) {
      throw Damage.cut(path, 0, "the version is cut off");
    }
    int version = header.getInt(4);
    if (version < 1 || version > reading.version().checkpointVersion()) {
      throw Damage.version(
          path,
          4,
          reading.version().countsTheBytesOfACheckpoint()
              ? "checkpoint version mismatch (got "
                  + Integer.toUnsignedString(version)
                  + ", expected 2 or legacy 1)"
              : "checkpoint version mismatch");
    }
    if (readable < CrateFormat.CHECKPOINT_HEADER_BYTES) {
      throw Damage.cut(path, 0, "the header is cut off");
    }
    long length = header.getLong(16);
    if (length < 0 || length > CrateFormat.CHECKPOINT_BYTES_MAX) {
      throw Damage.format(
          path,
          16,
          "checkpoint payload too large: "
              + Long.toUnsignedString(length)
              + " bytes (max "
              + CrateFormat.CHECKPOINT_BYTES_MAX
              + ")");
    }
    if (!bytes.has(CrateFormat.CHECKPOINT_HEADER_BYTES, length)) {
      long there = bytes.size - CrateFormat.CHECKPOINT_HEADER_BYTES;
      throw new CorruptLogException(
          reading.version().countsTheBytesOfACheckpoint()
              ? "i/o error: payload truncated: got " + there + " of " + length + " bytes"
              : Damage.CUT,
          path,
          CrateFormat.CHECKPOINT_HEADER_BYTES,
          0,
          0);
    }
    return header;
  }

  /**
   * Reads the payload.
   *
   * @param directory the directory that it was opened in
   * @param parser is given the payload; what it leaves is read to check the checksum
   * @param <R> the type of the result
   * @return what the parser returned
   * @throws CorruptLogException if the file is not what it was when this was made
   * @throws IOException if the storage fails, or what the parser throws
   */
  public <R> R read(Directory directory, Checkpoints.Parser<R> parser) throws IOException {
    try (FileBytes bytes = FileBytes.open(directory, path)) {
      ByteBuffer header = header(bytes, CrateReading.strict());
      CRC32 crc = CrateFormat.checkpointChecksum(header.getInt(4), header);
      R result;
      try (InputStream payload = new Payload(bytes, header.getLong(16), crc)) {
        result = parser.readFrom(new Unclosed(payload));
        long unused = payload.transferTo(OutputStream.nullOutputStream());
      }
      check(path, header, crc);
      return result;
    }
  }

  /**
   * Writes a checkpoint: under a temporary name, synced, renamed. It is durable when this returns.
   *
   * @param directory where it goes
   * @param path its file; missing directories are created, and a file that is there is replaced
   * @param version as which version of the crate
   * @param lastEntryId the last entry that it contains, unsigned
   * @param content writes the payload, at most 256 MiB. It is called three times, because the size
   *     and the checksum stand before it, and has to write the same bytes
   * @return the checkpoint
   * @throws IllegalArgumentException if the payload is larger; nothing was written
   * @throws IOException if the storage or the content fails, or writes other bytes the last time; a
   *     file that was there is still there, whole, and a temporary one may be left. If the last
   *     step failed, the sync of the directory, the old or the new one is there
   */
  public static CrateCheckpoint write(
      Directory directory,
      String path,
      CrateVersion version,
      long lastEntryId,
      Checkpoints.Content content)
      throws IOException {
    CountedOutput size = new CountedOutput();
    content.writeTo(size);
    long bytes = size.bytes();
    if (bytes > CrateFormat.CHECKPOINT_BYTES_MAX) {
      throw new IllegalArgumentException(
          "the payload of a checkpoint of the crate has at most "
              + CrateFormat.CHECKPOINT_BYTES_MAX
              + " bytes, not "
              + bytes);
    }
    int fileVersion = version.checkpointVersion();
    ByteBuffer header = CrateFormat.checkpointHeader(fileVersion, lastEntryId, bytes);
    CRC32 crc = CrateFormat.checkpointChecksum(fileVersion, header);
    content.writeTo(new ChecksumOutput(crc));
    header.putInt(24, (int) crc.getValue());
    directory.createDirectories(Directory.parentOf(path));
    AtomicFile file = AtomicFile.create(directory, path);
    try {
      file.write(header);
      BufferedAppend out = new BufferedAppend(file);
      CRC32 written = CrateFormat.checkpointChecksum(fileVersion, header.clear());
      content.writeTo(new ChecksumOutput(written, out));
      out.flush();
      if (written.getValue() != crc.getValue()
          || file.position() != CrateFormat.CHECKPOINT_HEADER_BYTES + bytes) {
        throw new IOException(
            "the content of the checkpoint "
                + path
                + " was not the same each time: write it again");
      }
      file.commit();
    } finally {
      file.discard();
    }
    return new CrateCheckpoint(path, fileVersion, lastEntryId, bytes, 0);
  }

  /** The payload; what is read goes into the checksum. */
  private static final class Payload extends CheckedInputStream {
    Payload(FileBytes bytes, long length, CRC32 crc) {
      super(new FileInput(bytes, CrateFormat.CHECKPOINT_HEADER_BYTES, length), crc);
    }
  }

  /** The caller goes on reading after the parser closed it. */
  private static final class Unclosed extends FilterInputStream {
    Unclosed(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }
}
