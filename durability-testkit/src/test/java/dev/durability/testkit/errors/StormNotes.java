package dev.durability.testkit.errors;

import dev.durability.recovery.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What a {@link Storm} attempts and what it was told, in a mapped file: noting takes no memory, and
 * outlives the program.
 */
final class StormNotes {
  static final int WRITERS = 4;
  static final int ENTRIES_MAX = 16_384;
  static final int WORDS = WRITERS * ENTRIES_MAX / Long.SIZE;

  /** It was not even begun; any id is that of an acknowledged entry. */
  static final long NOT_BEGUN = 0;

  /** It was begun, and nobody knows what came of it. */
  static final long OPEN = -1;

  /** It threw an Error, and nothing was refused afterwards: it is not to be there. */
  static final long NOT_HAPPENED = -2;

  private static final int STATE = WRITERS * ENTRIES_MAX;
  private static final int HAS_STATE = STATE + WORDS;
  private static final int LONGS = HAS_STATE + 1;

  private final LongBuffer notes;
  private final AtomicIntegerArray next = new AtomicIntegerArray(WRITERS);
  private final int[] startOfLife = new int[WRITERS];

  private StormNotes(LongBuffer notes) {
    this.notes = notes;
  }

  static StormNotes open(Path path) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long bytes = (long) LONGS * Long.BYTES;
      return new StormNotes(file.map(FileChannel.MapMode.READ_WRITE, 0, bytes).asLongBuffer());
    }
  }

  /** {@return the number of the writer's next entry, or -1 if there is no room to note it} */
  int begin(int writer) {
    int n = next.get(writer);
    if (n == ENTRIES_MAX) {
      return -1;
    }
    next.set(writer, n + 1);
    notes.put(writer * ENTRIES_MAX + n, OPEN);
    notes.put(HAS_STATE, 0);
    return n;
  }

  void acknowledged(int writer, int n, long id) {
    notes.put(writer * ENTRIES_MAX + n, id);
  }

  void failed(int writer, int n) {
    notes.put(writer * ENTRIES_MAX + n, NOT_HAPPENED);
  }

  /** {@return whether this is the first life} */
  boolean startLife() {
    int begun = 0;
    for (int writer = 0; writer < WRITERS; writer++) {
      startOfLife[writer] = next.get(writer);
      begun += next.get(writer);
    }
    return begun == 0;
  }

  /** What threw an Error in this life may be there after all. */
  void lifeWasRefused() {
    for (int writer = 0; writer < WRITERS; writer++) {
      for (int n = startOfLife[writer]; n < next.get(writer); n++) {
        if (outcome(writer, n) == NOT_HAPPENED) {
          notes.put(writer * ENTRIES_MAX + n, OPEN);
        }
      }
    }
  }

  /** Keeps what the state is, until something is begun again. */
  void keepState(long[] state) {
    for (int i = 0; i < WORDS; i++) {
      notes.put(STATE + i, state[i]);
    }
    notes.put(HAS_STATE, 1);
  }

  boolean hasState() {
    return notes.get(HAS_STATE) == 1;
  }

  long[] state() {
    long[] state = new long[WORDS];
    for (int i = 0; i < WORDS; i++) {
      state[i] = notes.get(STATE + i);
    }
    return state;
  }

  long outcome(int writer, int n) {
    return notes.get(writer * ENTRIES_MAX + n);
  }

  /** The place of an entry: {@code 2.17:xxx} is the 17th of writer 2. Takes no memory. */
  static int placeOf(String entry) {
    int n = 0;
    for (int i = 2; entry.charAt(i) != ':'; i++) {
      n = 10 * n + entry.charAt(i) - '0';
    }
    return (entry.charAt(0) - '0') * ENTRIES_MAX + n;
  }

  /** A state that has a bit for each entry that is in it. Applying takes no memory. */
  static final class Bits implements StateMachine<long[], String> {
    static boolean has(long[] state, int place) {
      return (state[place / Long.SIZE] >>> place & 1) == 1;
    }

    @Override
    public long[] initial() {
      return new long[WORDS];
    }

    @Override
    public long[] apply(long[] state, String entry) {
      int place = placeOf(entry);
      state[place / Long.SIZE] |= 1L << place;
      return state;
    }

    @Override
    public long[] snapshot(long[] state) {
      return state.clone();
    }

    @Override
    public void write(long[] state, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      for (long word : state) {
        data.writeLong(word);
      }
    }

    @Override
    public long[] read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      long[] state = new long[WORDS];
      for (int i = 0; i < WORDS; i++) {
        state[i] = data.readLong();
      }
      return state;
    }
  }
}
