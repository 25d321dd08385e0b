package dev.durability.recovery;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A mutable state that is all entries in order, so that any prefix can be told from any other. */
public final class History implements StateMachine<List<String>, String> {
  @Override
  public List<String> initial() {
    return new ArrayList<>();
  }

  @Override
  public List<String> apply(List<String> state, String entry) {
    state.add(entry);
    return state;
  }

  @Override
  public List<String> snapshot(List<String> state) {
    return new ArrayList<>(state);
  }

  @Override
  public void write(List<String> state, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(state.size());
    for (String each : state) {
      byte[] bytes = each.getBytes(StandardCharsets.UTF_8);
      data.writeInt(bytes.length);
      data.write(bytes);
    }
  }

  @Override
  public List<String> read(InputStream in) throws IOException {
    List<String> state = new ArrayList<>();
    // Closes what it reads, as parsers do.
    try (DataInputStream data = new DataInputStream(in)) {
      for (int left = data.readInt(); left > 0; left--) {
        byte[] bytes = data.readNBytes(data.readInt());
        state.add(new String(bytes, StandardCharsets.UTF_8));
      }
    } catch (EOFException e) {
      throw new IOException("the history is cut short", e);
    }
    return state;
  }
}
