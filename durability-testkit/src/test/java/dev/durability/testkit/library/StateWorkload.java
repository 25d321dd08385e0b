package dev.durability.testkit.library;

import dev.durability.Applied;
import dev.durability.CheckpointPolicy;
import dev.durability.Command;
import dev.durability.CommandMachine;
import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.wal.WalOptions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A life of a {@link DurableState}, by a seed: a list of texts that many threads add to, while
 * checkpoints of it are written. After a crash it is a list that the log's order could have given,
 * with everything in it that was acknowledged.
 */
final class StateWorkload implements CrashTest<StateWorkload.Event> {
  private static final int STEPS = 12;
  private static final WalOptions OPTIONS =
      WalOptions.builder().segmentBytes(4096).bufferBytes(4096).preallocatedBytesMax(0).build();

  /** What is noted. */
  sealed interface Event {}

  /** A text is about to be added. */
  record Adding(String text) implements Event {}

  /** It is in the state, durably. */
  record Added(String text) implements Event {}

  /** The caller was told that it is there, with this many before it. */
  record Answered(String text, int before) implements Event {}

  /** A reader saw these: they are in the state, durably. */
  record Seen(List<String> state) implements Event {}

  /** The state was opened: what it is, and what it will never have. */
  record Opened(List<String> state) implements Event {}

  /** A text, which tells how many were there before it. */
  private record Text(String text) implements Command<List<String>, Integer> {
    private static final Codec<Text> CODEC =
        new Codec<>() {
          @Override
          public void encode(Text value, OutputStream out) throws IOException {
            Codecs.utf8().encode(value.text(), out);
          }

          @Override
          public Text decode(ByteBuffer in) throws IOException {
            return new Text(Codecs.utf8().decode(in));
          }
        };

    @Override
    public Applied<List<String>, Integer> applyTo(List<String> state, long entryId) {
      int before = state.size();
      state.add(text);
      return new Applied<>(state, before);
    }
  }

  /** The state: texts in the order of their entries. */
  private static final class Texts extends CommandMachine<List<String>, Text> {
    @Override
    public List<String> initial() {
      return new ArrayList<>();
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

  private final Random random;
  private final AtomicInteger names = new AtomicInteger();
  private @Nullable FaultDirectory directory;
  private @Nullable DurableState<List<String>, Text> state;

  StateWorkload(long seed) {
    random = new Random(seed);
  }

  @Override
  public List<Step<Event>> steps() {
    List<Step<Event>> steps = new ArrayList<>();
    boolean background = random.nextBoolean();
    CheckpointPolicy policy =
        background ? CheckpointPolicy.manual().everyEntries(6) : CheckpointPolicy.manual();
    steps.add(
        new Step<>(
            "open",
            (disk, history) -> {
              directory = new FaultDirectory(disk);
              state = open(directory, policy, history);
            }));
    for (int i = 0; i < STEPS; i++) {
      steps.add(step(new Random(random.nextLong()), policy));
    }
    steps.add(tolerant("close", policy, history -> state().close()));
    return steps;
  }

  private Step<Event> step(Random own, CheckpointPolicy policy) {
    int filling = own.nextInt(400);
    return switch (own.nextInt(8)) {
      case 0, 1, 2 -> tolerant("update", policy, history -> update(history, filling));
      case 3, 4 -> tolerant("update by threads", policy, this::updateByThreads);
      case 5 -> tolerant("checkpoint", policy, history -> state().checkpoint());
      case 6 -> tolerant("close and open", policy, history -> reopen(history, policy));
      default -> {
        int nth = 1 + own.nextInt(3);
        yield tolerant(
            "fail a sync",
            policy,
            history -> {
              Objects.requireNonNull(directory)
                  .inject(Fault.of(Fault.Operation.SYNC_FILE).nth(nth));
              update(history, filling);
              update(history, 10);
            });
      }
    };
  }

  private interface Action {
    void run(History<Event> history) throws Exception;
  }

  private Step<Event> tolerant(String name, CheckpointPolicy policy, Action action) {
    return new Step<>(
        name,
        (disk, history) -> {
          try {
            action.run(history);
          } catch (IOException poisoned) {
            if (Objects.requireNonNull(directory).injected() == 0) {
              throw new AssertionError("a call failed without a fault", poisoned);
            }
            look(history);
            reopen(history, policy);
          }
        });
  }

  private DurableState<List<String>, Text> state() {
    return Objects.requireNonNull(state);
  }

  private void update(History<Event> history, int filling) throws IOException {
    int number = names.incrementAndGet();
    String text = number + ":" + "x".repeat(filling);
    history.attempt(new Adding(text));
    if (number % 2 == 0) {
      long unused = state().update(new Text(text));
      history.promise(new Added(text));
    } else {
      history.promise(new Answered(text, state().execute(new Text(text))));
    }
    look(history);
  }

  /** Whatever a reader sees is durable, also what others are about to add. */
  private void look(History<Event> history) throws IOException {
    List<String> seen = state().read(List::copyOf);
    history.promise(new Seen(seen));
  }

  private void updateByThreads(History<Event> history) throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  update(history, 60);
                  update(history, 200);
                } catch (IOException e) {
                  // A fault of before; the next step meets it, too.
                }
              },
              "updater");
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void reopen(History<Event> history, CheckpointPolicy policy) throws IOException {
    Objects.requireNonNull(directory).heal();
    try {
      state().close();
    } catch (IOException notDurable) {
      if (directory.injected() == 0) {
        throw new AssertionError("closing failed without a fault", notDurable);
      }
    }
    state = open(directory, policy, history);
  }

  private static DurableState<List<String>, Text> open(
      Directory directory, CheckpointPolicy policy, History<Event> history) throws IOException {
    DurableState<List<String>, Text> opened;
    try {
      opened = DurableState.open(directory, Text.CODEC, new Texts(), policy, OPTIONS);
    } catch (CorruptLogException e) {
      throw new AssertionError("an honest crash is called corrupt", e);
    }
    List<String> found = opened.read(List::copyOf);
    check(history.events(), found);
    history.promise(new Opened(found));
    return opened;
  }

  private static void check(List<Event> events, List<String> found) {
    Set<String> allowed = new HashSet<>();
    Set<String> required = new HashSet<>();
    List<String> prefix = List.of();
    for (Event event : events) {
      if (event instanceof Adding adding) {
        allowed.add(adding.text());
      } else if (event instanceof Added added) {
        required.add(added.text());
      } else if (event instanceof Answered answered) {
        required.add(answered.text());
        LogModel.require(
            found.indexOf(answered.text()) == answered.before(), "a result was taken back");
      } else if (event instanceof Seen seen) {
        required.addAll(seen.state());
      } else if (event instanceof Opened opened) {
        prefix = opened.state();
        allowed.clear(); // What was not there then never comes back.
        allowed.addAll(prefix);
        required.addAll(prefix);
      }
    }
    Set<String> unique = new HashSet<>(found);
    LogModel.require(unique.size() == found.size(), "an update is there twice");
    LogModel.require(unique.containsAll(required), "an acknowledged update is missing");
    LogModel.require(allowed.containsAll(unique), "an update is there that is not allowed");
    LogModel.require(
        found.size() >= prefix.size() && found.subList(0, prefix.size()).equals(prefix),
        "what was recovered before is no prefix");
  }

  @Override
  public void restart(CrashDirectory disk, History<Event> history) throws IOException {
    history.label("state");
    long variant = disk.contentHash();
    state = open(disk, CheckpointPolicy.manual(), history);
    String text = "r" + history.crashes() + Long.toHexString(variant) + ":";
    history.attempt(new Adding(text));
    history.promise(new Answered(text, state().execute(new Text(text))));
    if ((variant & 3) == 0) {
      var unused = state().checkpoint();
    }
    if ((variant & 4) == 0) {
      state().close();
    }
  }

  @Override
  public long fingerprint(CrashDirectory disk) throws IOException {
    return LogShape.of(disk);
  }

  @Override
  public void close() throws IOException {
    if (state != null) {
      state.close();
    }
  }
}
