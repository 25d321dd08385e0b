package dev.durability.examples.raft;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** What goes through the pipes between a member's process and the one that started it. */
final class Pipe {
  /** To another member: its name, and the message; to this member: the message. */
  static final int MESSAGE = 1;

  /** To the member: the request's number, and the operation. */
  static final int REQUEST = 2;

  /** From the member: the request's number, the index and the value; or why not. */
  static final int ANSWER = 3;

  static final int REFUSAL = 4;

  /** From the member: what {@link Watcher} sees, and whether it leads. */
  static final int STARTED = 5;

  static final int APPLIED = 6;
  static final int INSTALLED = 7;
  static final int CAUGHT_UP = 8;
  static final int CUT = 9;
  static final int LEADS = 10;

  /** To the member: take a snapshot, if you lead. */
  static final int SNAPSHOT = 11;

  private Pipe() {}

  /** Writes the content of a frame. */
  interface Content {
    void writeTo(DataOutputStream out) throws IOException;
  }

  static byte[] frame(int kind, Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(kind);
      content.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** What is written to a pipe for a frame. */
  static byte[] withLength(byte[] frame) {
    return ByteBuffer.allocate(Integer.BYTES + frame.length)
        .putInt(frame.length)
        .put(frame)
        .array();
  }

  static DataInputStream input(byte[] frame) {
    return new DataInputStream(new ByteArrayInputStream(frame));
  }
}
