package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.recovery.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** A state that is all its entries, in order. */
final class Words implements StateMachine<List<String>, String> {
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
    return List.copyOf(state);
  }

  @Override
  public void write(List<String> state, OutputStream out) throws IOException {
    out.write(String.join("\n", state).getBytes(UTF_8));
  }

  @Override
  public List<String> read(InputStream in) throws IOException {
    String all = new String(in.readAllBytes(), UTF_8);
    return all.isEmpty() ? new ArrayList<>() : new ArrayList<>(List.of(all.split("\n", -1)));
  }
}
