package dev.durability.fuzz;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/** The bytes of a file that a script builds: a header, frames, and what spoils them. */
final class FileDraft {
  private static final List<FrameKind> KINDS = List.of(FrameKind.values());

  static final int BYTES_MAX = 1 << 16;
  private static final int FLAGS_AT = 52;

  private final FrameEncoder encoder = new FrameEncoder();
  private final int salt;
  private byte[] content;
  long nextId;

  FileDraft(FileType type, UUID logId, long number, long firstId, int previousSalt, int salt) {
    this(type, logId, number, firstId, previousSalt, 0, salt);
  }

  FileDraft(
      FileType type, UUID logId, long number, long firstId, int previousSalt, int flags, int salt) {
    this.salt = salt;
    this.nextId = firstId;
    this.content =
        new FileHeader(type, logId, number, firstId, 100, previousSalt, flags, salt)
            .encode()
            .array();
  }

  byte[] bytes() {
    return content;
  }

  /** Adds a frame, or something else, as the script says. */
  void step(Script script) {
    switch (script.below(16)) {
      case 0, 1 -> entry(FrameKind.ENTRY, nextId++, script.next());
      case 2 -> entry(FrameKind.PART, nextId++, script.next());
      case 3 -> promise(FrameKind.MARK, nextId, nextId - 1 - script.below(4));
      case 4 -> promise(FrameKind.END, nextId, nextId - 1 - script.below(4));
      case 5 -> checkpoint(script);
      case 6 -> add(new byte[8 * script.next()]);
      case 7 -> add(script.take(script.next()));
      case 8 -> flip(script);
      case 9 -> content = Arrays.copyOf(content, script.next16() % (content.length + 1));
      case 10 ->
          entry(KINDS.get(script.below(KINDS.size())), nextId - 1 + script.below(3), script.next());
      case 11 ->
          promise(script.below(2) == 0 ? FrameKind.MARK : FrameKind.END, nextId, script.next64());
      case 12 -> looksLikeFrame(script);
      case 13 -> changeHeader(script);
      case 14 -> schema(nextId, script);
      default -> changeFlags(script);
    }
  }

  void entry(FrameKind kind, long id, int length) {
    byte[] payload = new byte[length];
    Arrays.fill(payload, (byte) id);
    ByteBuffer frame = frame(length);
    encoder.entry(frame, salt, kind, id, payload, 0, length);
    add(frame);
  }

  void promise(FrameKind kind, long id, long promised) {
    ByteBuffer frame = frame(FrameFormat.PROMISE_PAYLOAD_BYTES);
    encoder.promise(frame, salt, kind, id, promised, 7);
    add(frame);
  }

  private void checkpoint(Script script) {
    long covered = nextId - 1 - script.below(4);
    String path =
        switch (script.below(4)) {
          case 0 -> "";
          case 1 -> "a/../b";
          case 2 -> printable(script.take(script.below(40)));
          default -> LogDraft.checkpointPath(covered);
        };
    byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = frame(8 + utf8.length);
    encoder.checkpoint(frame, salt, nextId, covered, utf8);
    add(frame);
  }

  /** What else a path may be made of, the page's reader cannot even ask for. */
  private static String printable(byte[] some) {
    StringBuilder text = new StringBuilder();
    for (byte each : some) {
      text.append((char) (' ' + (each & 0xff) % 95));
    }
    return text.toString();
  }

  private static ByteBuffer frame(int payloadBytes) {
    return ByteBuffer.allocate(FrameFormat.frameBytes(payloadBytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A frame whose check is wrong, of any length: memory must not be taken for it. */
  private void looksLikeFrame(Script script) {
    int kindAndLength = (int) script.next64();
    add(frame(0).putInt(script.next()).putInt(kindAndLength).putLong(nextId));
  }

  private void flip(Script script) {
    if (content.length > 0) {
      content[script.next16() % content.length] ^= (byte) (1 << script.below(8));
    }
  }

  /** Right, without a media type, without a zero byte, or of any length. */
  void schema(long id, Script script) {
    String mediaType = printable(script.take(script.below(20)));
    byte[] type = mediaType.getBytes(StandardCharsets.UTF_8);
    int descriptorBytes = script.below(8) == 1 ? script.next16() : script.below(40);
    byte[] payload = Arrays.copyOf(type, type.length + 1 + descriptorBytes);
    Arrays.fill(payload, type.length + 1, payload.length, (byte) descriptorBytes);
    switch (script.below(8)) {
      case 1 -> payload[0] = 0;
      case 2 -> payload[type.length] = 1;
      default -> {
        // As it is.
      }
    }
    ByteBuffer frame = frame(payload.length);
    encoder.entry(frame, salt, FrameKind.SCHEMA, id, payload, 0, payload.length);
    add(frame);
  }

  /** Another value of a field, under a checksum that is right. */
  private void changeHeader(Script script) {
    if (content.length >= FileHeader.BYTES) {
      content[script.below(FileHeader.BYTES - 4)] = (byte) script.next();
      rightCheck();
    }
  }

  /** Flags that are known, in all sorts of files, and one that is not. */
  private void changeFlags(Script script) {
    if (content.length >= FileHeader.BYTES) {
      content[FLAGS_AT] = (byte) script.below(5);
      rightCheck();
    }
  }

  private void rightCheck() {
    CRC32C crc = new CRC32C();
    crc.update(content, 0, FileHeader.BYTES - 4);
    ByteBuffer.wrap(content)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(FileHeader.BYTES - 4, (int) crc.getValue());
  }

  private void add(ByteBuffer frame) {
    byte[] written = new byte[frame.flip().remaining()];
    frame.get(written);
    add(written);
  }

  void add(byte[] some) {
    int room = Math.min(some.length, BYTES_MAX - content.length);
    if (room > 0) {
      content = Arrays.copyOf(content, content.length + room);
      System.arraycopy(some, 0, content, content.length - room, room);
    }
  }
}
