package dev.durability.testkit.errors;

import dev.durability.Applied;
import dev.durability.Command;
import dev.durability.CommandMachine;
import dev.durability.codec.Codec;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.recovery.StateMachine;
import dev.durability.wal.WalObserver;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What users of the library write. It has points, too: Errors come from there as well. */
final class UserCode {
  private UserCode() {}

  /** Entries are texts; they are written in two pieces. */
  static final class Texts implements Codec<String> {
    @Override
    public void encode(String value, OutputStream out) throws IOException {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      int half = bytes.length / 2;
      out.write(bytes, 0, half);
      out.write(bytes, half, bytes.length - half);
    }

    @Override
    public String decode(ByteBuffer in) {
      return StandardCharsets.UTF_8.decode(in).toString();
    }
  }

  /** Calls something in each method, so that an Error can be thrown there. */
  static final class Observer implements WalObserver {
    @Override
    public void onAppend(long firstId, long lastId, long bytes) {
      note();
    }

    @Override
    public void onFlush(long lastId, long bytes) {
      note();
    }

    @Override
    public void onSync(long lastId, long durationNanos) {
      note();
    }

    @Override
    public void onRotate(SegmentRange ended) {
      note();
    }

    @Override
    public void onTruncate(List<SegmentRange> removed) {
      note();
    }

    @Override
    public void onRecovery(LogReport report) {
      note();
    }

    @Override
    public boolean mayRemove(SegmentRange segment) {
      note();
      return true;
    }

    @Override
    public void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {
      note();
    }

    @Override
    public void onPoisoned(Throwable cause) {
      note();
    }

    private static void note() {
      Thread.onSpinWait();
    }
  }

  /** A text that answers with its place in the log. */
  record TextCommand(String text) implements Command<List<String>, Long> {
    @Override
    public Applied<List<String>, Long> applyTo(List<String> state, long entryId) {
      state.add(text);
      return new Applied<>(state, entryId);
    }
  }

  /** The same bytes as those of the text. */
  static final class TextCommands implements Codec<TextCommand> {
    private final Texts texts = new Texts();

    @Override
    public void encode(TextCommand value, OutputStream out) throws IOException {
      texts.encode(value.text(), out);
    }

    @Override
    public TextCommand decode(ByteBuffer in) {
      return new TextCommand(texts.decode(in));
    }
  }

  /** The same state, changed by commands. */
  static final class ListByCommands extends CommandMachine<List<String>, TextCommand> {
    private final ListOfTexts machine = new ListOfTexts();

    @Override
    public List<String> initial() {
      return machine.initial();
    }

    @Override
    public List<String> snapshot(List<String> state) {
      return machine.snapshot(state);
    }

    @Override
    public void write(List<String> state, OutputStream out) throws IOException {
      machine.write(state, out);
    }

    @Override
    public List<String> read(InputStream in) throws IOException {
      return machine.read(in);
    }
  }

  /** The state is a list of the entries, in their order. */
  static final class ListOfTexts implements StateMachine<List<String>, String> {
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
      for (String text : state) {
        data.writeUTF(text);
      }
    }

    @Override
    public List<String> read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      List<String> state = new ArrayList<>();
      for (int left = data.readInt(); left > 0; left--) {
        state.add(data.readUTF());
      }
      return state;
    }
  }
}
