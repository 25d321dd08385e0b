package dev.durability.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.recovery.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Machines whose state is a list of texts, and what a check of them finds. */
abstract class DeterminismFixture {
  static void writeTexts(Collection<String> texts, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(texts.size());
    for (String text : texts) {
      data.writeUTF(text);
    }
  }

  static <C extends Collection<String>> C readTexts(InputStream in, C texts) throws IOException {
    DataInputStream data = new DataInputStream(in);
    for (int left = data.readInt(); left > 0; left--) {
      texts.add(data.readUTF());
    }
    return texts;
  }

  /** A state of texts; the entry says which is added. */
  abstract static class Texts
      implements StateMachine<List<String>, String>, MachineFactory<List<String>, String> {

    /** What is added for an entry that is no plain text. */
    abstract String added(List<String> state, String entry);

    @Override
    public StateMachine<List<String>, String> machine() {
      return this;
    }

    @Override
    public Codec<String> codec() {
      return Codecs.utf8();
    }

    @Override
    public List<String> initial() {
      return new ArrayList<>();
    }

    @Override
    public List<String> apply(List<String> state, String entry) {
      state.add(entry.startsWith("plain") ? entry : added(state, entry));
      return state;
    }

    @Override
    public List<String> snapshot(List<String> state) {
      return new ArrayList<>(state);
    }

    @Override
    public void write(List<String> state, OutputStream out) throws IOException {
      writeTexts(state, out);
    }

    @Override
    public List<String> read(InputStream in) throws IOException {
      return readTexts(in, new ArrayList<>());
    }
  }

  static <E> DeterminismFailure failureOf(DeterminismCheck<?, E> check, List<? extends E> entries) {
    DeterminismFailure failure =
        catchThrowableOfType(DeterminismFailure.class, () -> check.check(entries));
    assertThat(failure).isNotNull();
    return failure;
  }

  /** Iterates over sets only where their order does not matter. */
  static final class Right extends Texts {
    @Override
    String added(List<String> state, String entry) {
      return new TreeSet<>(Set.of(entry, "a", "b")) + " after " + new HashSet<>(state).size();
    }
  }
}
