package dev.durability.examples.raft;

import dev.durability.errors.CodecException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** The bytes of what {@link Counters} replicates: a byte that tells the kind, then its fields. */
public final class CountersCodec implements OperationCodec {
  private static final int ADD = 1;
  private static final int NEW_TERM = 2;
  private static final int VALUES = 3;
  private static final int SESSIONS = 4;

  @Override
  public void write(Object value, DataOutput out) throws IOException {
    if (value instanceof Operation.Add add) {
      out.writeByte(ADD);
      out.writeUTF(add.client());
      out.writeLong(add.sequence());
      out.writeUTF(add.counter());
      out.writeLong(add.amount());
    } else if (value instanceof Operation.NewTerm) {
      out.writeByte(NEW_TERM);
    } else if (value instanceof Counters.Chunk.Values chunk) {
      out.writeByte(VALUES);
      out.writeLong(chunk.digest());
      out.writeInt(chunk.values().size());
      for (Map.Entry<String, Long> each : chunk.values().entrySet()) {
        out.writeUTF(each.getKey());
        out.writeLong(each.getValue());
      }
    } else if (value instanceof Counters.Chunk.Sessions chunk) {
      out.writeByte(SESSIONS);
      out.writeInt(chunk.sessions().size());
      for (Map.Entry<String, Counters.Session> each : chunk.sessions().entrySet()) {
        out.writeUTF(each.getKey());
        out.writeLong(each.getValue().sequence());
        out.writeLong(each.getValue().result());
      }
    } else {
      throw new CodecException("this is no operation of counters: " + value);
    }
  }

  @Override
  public Object read(DataInput in) throws IOException {
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case ADD -> new Operation.Add(in.readUTF(), in.readLong(), in.readUTF(), in.readLong());
      case NEW_TERM -> new Operation.NewTerm();
      case VALUES -> {
        long digest = in.readLong();
        Map<String, Long> values = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
          values.put(in.readUTF(), in.readLong());
        }
        yield new Counters.Chunk.Values(digest, values);
      }
      case SESSIONS -> {
        Map<String, Counters.Session> sessions = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
          sessions.put(in.readUTF(), new Counters.Session(in.readLong(), in.readLong()));
        }
        yield new Counters.Chunk.Sessions(sessions);
      }
      default -> throw new CodecException("there is no kind of operation " + kind);
    };
  }
}
