package dev.durability.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.Applied;
import dev.durability.Command;
import dev.durability.CommandMachine;
import dev.durability.codec.Codec;
import dev.durability.recovery.StateMachine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Applies a history to a machine, and notes what another JVM should make of it, too. */
final class Replay<S, E> {
  private static final int TEXT_CHARS_MAX = 200;
  private static final int DIGITS = 16;

  /** After which entries the state is noted. */
  enum Depth {
    LAST_STATE,
    EACH_STATE
  }

  /**
   * A history.
   *
   * @param start the state before it, as the machine writes it; null for the initial one
   * @param firstId the id of the first entry
   * @param encoded the entries
   */
  @SuppressWarnings("ArrayRecordComponent") // Histories are never compared.
  record Entries(byte @Nullable [] start, long firstId, List<byte[]> encoded) {

    void write(DataOutputStream out) throws IOException {
      out.writeBoolean(start != null);
      if (start != null) {
        writeBytes(out, start);
      }
      out.writeLong(firstId);
      out.writeInt(encoded.size());
      for (byte[] entry : encoded) {
        writeBytes(out, entry);
      }
    }

    static Entries read(DataInputStream in) throws IOException {
      byte[] start = in.readBoolean() ? readBytes(in) : null;
      long firstId = in.readLong();
      List<byte[]> encoded = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        encoded.add(readBytes(in));
      }
      return new Entries(start, firstId, encoded);
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
      out.writeInt(bytes.length);
      out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
      return in.readNBytes(in.readInt());
    }
  }

  /**
   * What came of an entry.
   *
   * @param answer what applying it did, in words, with the result of a command
   * @param state the state after it, in words; empty if it was not noted
   */
  record Step(String answer, String state) {}

  /**
   * What came of a history.
   *
   * @param setOrder in which order {@code Set.of} iterates in this JVM
   * @param steps an entry each, up to one that could not be applied
   * @param thrown what that one threw, if it was in this JVM
   */
  record Outcome(boolean setOrder, List<Step> steps, @Nullable Throwable thrown) {

    void write(DataOutputStream out) throws IOException {
      out.writeBoolean(setOrder);
      out.writeInt(steps.size());
      for (Step step : steps) {
        out.writeUTF(step.answer());
        out.writeUTF(step.state());
      }
    }

    static Outcome read(DataInputStream in) throws IOException {
      boolean setOrder = in.readBoolean();
      List<Step> steps = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        steps.add(new Step(in.readUTF(), in.readUTF()));
      }
      return new Outcome(setOrder, steps, null);
    }
  }

  private final Class<? extends MachineFactory<S, E>> factory;
  private final Codec<E> codec;

  /** Another one after each checkpoint, as after a recovery. */
  private StateMachine<S, E> machine;

  private Replay(Class<? extends MachineFactory<S, E>> factory) {
    MachineFactory<S, E> made = make(factory);
    this.factory = factory;
    this.codec = made.codec();
    this.machine = made.machine();
  }

  /** Makes a factory by the constructor that another JVM can call, too. */
  static <S, E> MachineFactory<S, E> make(Class<? extends MachineFactory<S, E>> factory) {
    try {
      Constructor<? extends MachineFactory<S, E>> constructor = factory.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(factory + " cannot be made: " + e.getCause(), e);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      throw new IllegalArgumentException(
          factory.getName()
              + " needs a constructor without arguments, so that another JVM can make one: it must"
              + " be a class of its own or a static nested one, and its package open to the testkit",
          e);
    }
  }

  /**
   * Applies a history.
   *
   * @param factory makes the machine
   * @param entries the history
   * @param depth after which entries the state is noted
   * @param checkpoints how often at most the state is written and read again on the way
   * @throws IOException if the start cannot be read
   */
  static <S, E> Outcome apply(
      Class<? extends MachineFactory<S, E>> factory, Entries entries, Depth depth, int checkpoints)
      throws IOException {
    return new Replay<>(factory).apply(entries, depth, checkpoints);
  }

  private Outcome apply(Entries entries, Depth depth, int checkpoints) throws IOException {
    byte[] start = entries.start();
    S state = start == null ? machine.initial() : read(start);
    int count = entries.encoded().size();
    List<Step> steps = new ArrayList<>(count);
    Throwable thrown = null;
    for (int i = 0; i < count && thrown == null; i++) {
      try {
        E entry = decode(entries.encoded().get(i));
        long id = entries.firstId() + i;
        String answer = "is applied";
        if (machine instanceof CommandMachine && entry instanceof Command) {
          Applied<S, ?> applied = applied(entry, state, id);
          state = applied.state();
          answer = "answers " + shortened(ResultText.of(applied.result()));
        } else {
          state = machine.apply(state, entry, id);
        }
        if (isCheckpoint(i, count, checkpoints)) {
          byte[] written = bytes(machine, machine.snapshot(state));
          machine = make(factory).machine();
          state = read(written);
        }
        boolean noted = depth == Depth.EACH_STATE || i == count - 1;
        steps.add(new Step(answer, noted ? digest(bytes(machine, state)) : ""));
      } catch (Exception | Error e) {
        thrown = e;
        steps.add(new Step("throws " + shortened(e.toString()), ""));
      }
    }
    return new Outcome(setOrder(), steps, thrown);
  }

  @SuppressWarnings("unchecked") // As CommandMachine does it, whose own method is not public.
  private Applied<S, ?> applied(E entry, S state, long id) {
    return ((Command<S, ?>) entry).applyTo(state, id);
  }

  /** Whether the state is written and read again after this entry. */
  static boolean isCheckpoint(int index, int count, int checkpoints) {
    int distance = (count + checkpoints) / (checkpoints + 1);
    return checkpoints > 0 && index < count - 1 && (index + 1) % distance == 0;
  }

  private E decode(byte[] entry) throws IOException {
    return codec.decode(ByteBuffer.wrap(entry).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
  }

  private S read(byte[] written) throws IOException {
    InputStream in = new ByteArrayInputStream(written);
    S state = machine.read(in);
    if (in.read() >= 0) {
      throw new IOException(
          factory.getName() + ": StateMachine.read left bytes that write had written");
    }
    return state;
  }

  /** What the machine writes of a state. */
  static <S> byte[] bytes(StateMachine<S, ?> machine, S state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    machine.write(state, bytes);
    return bytes.toByteArray();
  }

  /** An entry in words, for messages. */
  static <S, E> String text(Class<? extends MachineFactory<S, E>> factory, byte[] entry) {
    try {
      return shortened(String.valueOf(new Replay<>(factory).decode(entry)));
    } catch (IOException | RuntimeException e) {
      return "not decoded: " + e;
    }
  }

  /** Long texts are told apart by their digest. */
  private static String shortened(String text) {
    return text.length() <= TEXT_CHARS_MAX
        ? text
        : text.substring(0, TEXT_CHARS_MAX) + "… (" + digest(text.getBytes(UTF_8)) + ")";
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(bytes);
      String hex = new BigInteger(1, sum).add(BigInteger.ONE.shiftLeft(256)).toString(16);
      return bytes.length + " bytes, SHA-256 " + hex.substring(1, 1 + DIGITS) + "…";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every Java has it.
    }
  }

  private static boolean setOrder() {
    return Set.of("a", "b").iterator().next().equals("a");
  }
}
