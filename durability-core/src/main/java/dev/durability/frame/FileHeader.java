package dev.durability.frame;

import dev.durability.errors.ChecksumMismatch;
import dev.durability.errors.FormatException;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first 64 bytes of every file.
 *
 * <pre>
 *  0 magic      4 version    8 log id ................................
 * 24 segment id             32 first entry id
 * 40 created, microseconds  48 previous salt  52 flags
 * 56 salt      60 crc32c of bytes 0..59
 * </pre>
 *
 * @param type what the file is
 * @param logId the log that the file belongs to
 * @param segmentId the number of the segment, 0 if the file is not a segment
 * @param firstEntryId the first entry id of a segment or record log; in a checkpoint the last entry
 *     id that it contains
 * @param createdMicros when the file was created, in microseconds since the epoch
 * @param previousSalt the salt of the segment that this one continues, 0 if there is none
 * @param flags {@link #REWINDS} and {@link #COVERED}, both in segments alone
 * @param salt what the checksums of the file's frames are mixed with
 */
public record FileHeader(
    FileType type,
    UUID logId,
    long segmentId,
    long firstEntryId,
    long createdMicros,
    int previousSalt,
    int flags,
    int salt) {

  /** From this segment's first entry id on, the entries of earlier segments are void. */
  public static final int REWINDS = 1;

  /** The owner of the log keeps elsewhere everything before this segment's first entry id. */
  public static final int COVERED = 2;

  /**
   * A header without flags.
   *
   * @param type what the file is
   * @param logId the log that the file belongs to
   * @param segmentId the number of the segment, 0 if the file is none
   * @param firstEntryId the first entry id, or in a checkpoint the last that it contains
   * @param createdMicros when the file was created, in microseconds since the epoch
   * @param previousSalt the salt of the segment that this one continues, 0 if there is none
   * @param salt what the checksums of the file's frames are mixed with
   */
  public FileHeader(
      FileType type,
      UUID logId,
      long segmentId,
      long firstEntryId,
      long createdMicros,
      int previousSalt,
      int salt) {
    this(type, logId, segmentId, firstEntryId, createdMicros, previousSalt, 0, salt);
  }

  /** The size of a header in bytes. */
  public static final int BYTES = 64;

  private static final int VERSION = 1;
  private static final int CRC_OFFSET = 60;

  /** {@return the 64 bytes of this header, ready to be written} */
  public ByteBuffer encode() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(type.magic()).putInt(VERSION);
    bytes.putLong(logId.getMostSignificantBits()).putLong(logId.getLeastSignificantBits());
    bytes.putLong(segmentId).putLong(firstEntryId).putLong(createdMicros);
    bytes.putInt(previousSalt).putInt(flags).putInt(salt).putInt(checksum(bytes));
    return bytes.flip();
  }

  /**
   * Reads the bytes of a header, which {@link #decode} then checks.
   *
   * @param file the file
   * @return its first 64 bytes, or all if it has fewer
   * @throws IOException if it cannot be read
   */
  public static ByteBuffer firstBytes(ReadFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = file.read(bytes, bytes.position());
    }
    return bytes.flip();
  }

  /**
   * Reads a header: the checksum first, then magic, version and flags, so that a damaged header is
   * never mistaken for one of another version.
   *
   * @param bytes the file's first bytes, fewer than 64 if the file is shorter
   * @param type what the file has to be
   * @param file the file's path, for messages
   * @return the header
   * @throws BadHeaderException if the bytes are not a header of that type
   * @throws FormatException if the header is whole, but has a version or a feature that this
   *     library does not know; or if it is one of another program
   */
  public static FileHeader decode(ByteBuffer bytes, FileType type, String file)
      throws BadHeaderException, FormatException {
    ByteBuffer b = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    ForeignFile.refuse(b, file);
    int at = b.position();
    if (b.remaining() < BYTES) {
      throw new BadHeaderException(
          "the file has " + b.remaining() + " bytes, but a header takes " + BYTES);
    }
    b = b.slice(at, BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int stored = b.getInt(CRC_OFFSET);
    int actual = checksum(b);
    if (stored != actual) {
      throw new BadHeaderException(
          String.format(
              Locale.ROOT,
              "the header's checksum is %08x, but that of its bytes is %08x",
              stored,
              actual),
          new ChecksumMismatch(stored, actual));
    }
    if (b.getInt(0) != type.magic()) {
      throw new BadHeaderException(
          "the file is not a " + type.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
    int known = type == FileType.SEGMENT ? REWINDS | COVERED : 0;
    if (b.getInt(4) != VERSION || (b.getInt(52) & ~known) != 0) {
      throw new FormatException(
          String.format(
              Locale.ROOT,
              "%s has format version %d with feature flags %08x; this library reads version %d"
                  + " with no flags but %08x. The file is intact: use the version of the library that wrote"
                  + " it, or a newer one",
              file,
              b.getInt(4),
              b.getInt(52),
              VERSION,
              known));
    }
    return new FileHeader(
        type,
        new UUID(b.getLong(8), b.getLong(16)),
        b.getLong(24),
        b.getLong(32),
        b.getLong(40),
        b.getInt(48),
        b.getInt(52),
        b.getInt(56));
  }

  /** {@return whether the entries of earlier segments are void from the first entry id on} */
  public boolean rewinds() {
    return (flags & REWINDS) != 0;
  }

  /** {@return whether everything before the first entry id is kept elsewhere} */
  public boolean startsCovered() {
    return (flags & COVERED) != 0;
  }

  private static int checksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, CRC_OFFSET));
    return (int) crc.getValue();
  }
}
