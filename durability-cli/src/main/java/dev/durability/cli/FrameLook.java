package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * What stands where a file should go on, field by field, beside what was expected there
 * (docs/format.md has the fields).
 *
 * @param fields the fields
 * @param bytes what the frame takes in the file, with its padding; 0 if it is not intact
 * @param goesOn whether it is an intact entry of a batch that goes on after it
 */
record FrameLook(List<Field> fields, long bytes, boolean goesOn) {
  static final int SEGMENT_HEADER_BYTES = 64;
  private static final int SALT_OFFSET = 56;
  private static final int HEADER_CHECKED_BYTES = 60;
  private static final int HEADER_BYTES = 16;
  private static final int ALIGNMENT = 8;
  private static final int LENGTH_BITS = 28;
  private static final int PART = 2;
  private static final int CHUNK_BYTES = 64 << 10;
  private static final String FRAME_CHECKSUM = "checksum of its bytes, without the salt";
  private static final String[] KINDS = {
    "none", "ENTRY", "PART", "MARK", "CHECKPOINT", "END", "SCHEMA"
  };

  /**
   * A field.
   *
   * @param name its name
   * @param expected what was expected
   * @param found what is there
   * @param fits whether that is the same
   */
  record Field(String name, String expected, String found, boolean fits) {}

  /** Looks at the frame at an offset of a segment, whose entry has to have an id. */
  static FrameLook at(ReadFile file, long offset, long nextId) throws IOException {
    long room = Math.max(0, file.size() - offset);
    ByteBuffer frame = FileBytes.read(file, offset, HEADER_BYTES);
    List<Field> fields = new ArrayList<>();
    if (frame.remaining() < HEADER_BYTES) {
      fields.add(new Field("frame", "16 bytes or more", StatsText.amount(room), false));
      return new FrameLook(fields, 0, false);
    }
    int kindAndLength = frame.getInt(4);
    int kind = kindAndLength >>> LENGTH_BITS;
    int length = kindAndLength & ((1 << LENGTH_BITS) - 1);
    long id = frame.getLong(8);
    boolean isKind = kind > 0 && kind < KINDS.length;
    boolean hasRoom = length <= room - HEADER_BYTES;
    fields.add(
        new Field(
            "kind",
            "1 to " + (KINDS.length - 1),
            kind + (kind < KINDS.length ? " (" + KINDS[kind] + ")" : ""),
            isKind));
    fields.add(
        new Field(
            "length",
            "at most " + Math.max(0, room - HEADER_BYTES),
            Integer.toString(length),
            hasRoom));
    fields.add(
        new Field("entry id", Long.toString(nextId), Long.toUnsignedString(id), id == nextId));
    boolean isChecked = hasRoom;
    if (hasRoom) {
      int expected = check(file, offset, HEADER_BYTES + length);
      int found = frame.getInt(0) ^ FileBytes.read(file, SALT_OFFSET, Integer.BYTES).getInt(0);
      isChecked = expected == found;
      fields.add(new Field(FRAME_CHECKSUM, hex(expected), hex(found), isChecked));
    }
    boolean isIntact = isKind && isChecked && id == nextId;
    long padded = (HEADER_BYTES + (long) length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return new FrameLook(fields, isIntact ? padded : 0, isIntact && kind == PART);
  }

  /** Whether the head of a frame is there that has this id, and the file ends within the frame. */
  static boolean isCutOff(Directory log, String file, long offset, long id) throws IOException {
    try (ReadFile open = log.open(file)) {
      List<String> wrong =
          at(open, offset, id).fields().stream()
              .filter(each -> !each.fits())
              .map(Field::name)
              .toList();
      return wrong.equals(List.of("length")) || wrong.equals(List.of("frame"));
    }
  }

  /**
   * It covers all but itself. In the file it is mixed with the salt, which verify takes off, too.
   */
  private static int check(ReadFile file, long offset, int frameBytes) throws IOException {
    CRC32C crc = new CRC32C();
    for (int from = 4; from < frameBytes; from += CHUNK_BYTES) {
      crc.update(FileBytes.read(file, offset + from, Math.min(CHUNK_BYTES, frameBytes - from)));
    }
    return (int) crc.getValue();
  }

  /** Looks at the header of a segment, whose name says its number and the id of its first entry. */
  static FrameLook ofHeader(ReadFile file, long segmentId, long firstEntryId) throws IOException {
    ByteBuffer header = FileBytes.read(file, 0, SEGMENT_HEADER_BYTES);
    List<Field> fields = new ArrayList<>();
    if (header.remaining() < SEGMENT_HEADER_BYTES) {
      String found = StatsText.amount(header.remaining());
      fields.add(new Field("header", SEGMENT_HEADER_BYTES + " bytes", found, false));
      return new FrameLook(fields, 0, false);
    }
    byte[] bytes = new byte[SEGMENT_HEADER_BYTES];
    header.get(0, bytes);
    String magic = HexDump.ascii(bytes, 0, 4);
    fields.add(new Field("magic", "DWAL", magic, magic.equals("DWAL")));
    fields.add(number("version", 1, header.getInt(4)));
    fields.add(number("segment number", segmentId, header.getLong(24)));
    fields.add(number("first entry id", firstEntryId, header.getLong(32)));
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, HEADER_CHECKED_BYTES);
    int expected = (int) crc.getValue();
    int found = header.getInt(HEADER_CHECKED_BYTES);
    fields.add(new Field("checksum of its bytes", hex(expected), hex(found), expected == found));
    return new FrameLook(fields, 0, false);
  }

  private static Field number(String name, long expected, long found) {
    return new Field(
        name, Long.toString(expected), Long.toUnsignedString(found), expected == found);
  }

  private static String hex(int value) {
    return String.format(Locale.ROOT, "%08x", value);
  }
}
