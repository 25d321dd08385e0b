package dev.durability.micrometer;

import dev.durability.recovery.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The state is all texts, one after the other; writing it may fail. */
final class Texts implements StateMachine<String, String> {
  volatile boolean fails;

  @Override
  public String initial() {
    return "";
  }

  @Override
  public String apply(String state, String entry) {
    return state + entry;
  }

  @Override
  public String snapshot(String state) {
    return state;
  }

  @Override
  public void write(String state, OutputStream out) throws IOException {
    if (fails) {
      throw new IOException("no room for it");
    }
    out.write(state.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String read(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }
}
