package dev.durability.testkit.library;

import dev.durability.Applied;
import dev.durability.CheckpointPolicy;
import dev.durability.Command;
import dev.durability.CommandMachine;
import dev.durability.DurableState;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A life of a {@link DurableState}, by a seed: a list of texts that many threads add to, while
 * checkpoints of it are written. After a crash it is a list that the log's order could have given,
 * with everything in it that was acknowledged, under the ids that the log has, and without what was
 * refused.
 */
final class StateWorkload implements CrashTest<StateWorkload.Event> {
  private static final int STEPS = 12;
  private static final String REFUSABLE = "?";
  private static final String ID = "@";
  private static final WalOptions OPTIONS =
      WalOptions.builder().segmentBytes(4096).bufferBytes(4096).preallocatedBytesMax(0).build();

  /** What is noted. */
  sealed interface Event {}

  /** A text is about to be added. */
  record Adding(String text) implements Event {}

  /** It is in the state, durably. */
  record Added(String text) implements Event {}

  /** The caller was told what came of it. */
  record Answered(String text, Answer answer) implements Event {}

  /** A reader saw these: they are in the state, durably. */
  record Seen(List<String> state) implements Event {}

  /** The state was opened: what it is, and what it will never have. */
  record Opened(List<String> state) implements Event {}

  /**
   * What a caller is told.
   *
   * @param text the text
   * @param entryId the id of its entry
   * @param before how many were there before it
   * @param added whether it is there, or was refused
   */
  record Answer(String text, long entryId, int before, boolean added) {}

  /** A text. Some are refused if the number of those before them is odd. */
  private record Text(String text) implements Command<List<String>, Answer> {
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
    public Applied<List<String>, Answer> applyTo(List<String> state, long entryId) {
      int before = state.size();
      boolean added = before % 2 == 0 || !text.startsWith(REFUSABLE);
      if (added) {
        state.add(inState(text, entryId));
      }
      return new Applied<>(state, new Answer(text, entryId, before, added));
    }
  }

  /** A text as the state has it. */
  private static String inState(String text, long entryId) {
    return text + ID + entryId;
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
    return switch (own.nextInt(9)) {
      case 0, 1 -> tolerant("update", policy, history -> update(history, filling));
      case 2 -> tolerant("execute at once", policy, this::executeAtOnce);
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

  private String text(int number, int filling) {
    String name = number % 6 == 3 ? REFUSABLE + number : "" + number;
    return name + ":" + "x".repeat(filling);
  }

  private void update(History<Event> history, int filling) throws IOException {
    int number = names.incrementAndGet();
    String text = text(number, filling);
    history.attempt(new Adding(text));
    if (number % 2 == 0) {
      long unused = state().update(new Text(text));
      history.promise(new Added(text));
      look(history);
    } else {
      Answer answer = state().execute(new Text(text));
      answered(history, text, answer);
      List<String> seen = look(history);
      LogModel.require(
          !answer.added() || seen.contains(inState(text, answer.entryId())),
          "a caller has a result that is not in the state");
    }
  }

  /** A result was delivered, which is promised with it. */
  private static void answered(History<Event> history, String text, @Nullable Answer answer) {
    LogModel.require(answer != null, "a result was delivered before there was one");
    history.promise(new Answered(text, Objects.requireNonNull(answer)));
    LogModel.require(
        answer.text().equals(text), "a caller has the result of another: " + answer.entryId());
  }

  /** Some commands are in flight at a time. */
  private void executeAtOnce(History<Event> history) throws IOException {
    List<CompletableFuture<Void>> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String text = text(names.incrementAndGet(), 30);
      history.attempt(new Adding(text));
      answers.add(
          state()
              .executeAsync(new Text(text))
              .thenAccept(answer -> answered(history, text, answer)));
    }
    for (CompletableFuture<Void> answer : answers) {
      try {
        Void unused = answer.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof AssertionError wrong) {
          throw wrong;
        }
        if (e.getCause() instanceof IOException failed) {
          throw failed;
        }
        throw e;
      }
    }
    look(history);
  }

  /** Whatever a reader sees is durable, also what others are about to add. */
  private List<String> look(History<Event> history) throws IOException {
    List<String> seen = state().read(List::copyOf);
    history.promise(new Seen(seen));
    return seen;
  }

  private void updateByThreads(History<Event> history) throws Exception {
    List<Thread> threads = new ArrayList<>();
    Queue<AssertionError> wrong = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 3; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  update(history, 60);
                  update(history, 200);
                } catch (IOException e) {
                  // A fault of before; the next step meets it, too.
                } catch (AssertionError e) {
                  wrong.add(e);
                }
              },
              "updater");
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!wrong.isEmpty()) {
      throw wrong.remove();
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
    checkLog(directory, history.events(), opened.lastAppliedId());
    history.promise(new Opened(found));
    return opened;
  }

  private static void check(List<Event> events, List<String> found) {
    Set<String> allowed = new HashSet<>();
    Set<String> required = new HashSet<>();
    List<String> prefix = List.of();
    List<String> names = found.stream().map(StateWorkload::nameOf).toList();
    for (Event event : events) {
      if (event instanceof Adding adding) {
        allowed.add(adding.text());
      } else if (event instanceof Added added) {
        required.add(added.text());
      } else if (event instanceof Answered answered) {
        Answer answer = answered.answer();
        LogModel.require(
            answer.added()
                ? found.indexOf(inState(answer.text(), answer.entryId())) == answer.before()
                : !names.contains(answer.text()),
            "a result was taken back");
      } else if (event instanceof Seen seen) {
        LogModel.require(isPrefix(seen.state(), found), "what was seen is no prefix");
      } else if (event instanceof Opened opened) {
        prefix = opened.state();
        allowed.clear(); // What was not there then never comes back.
        prefix.forEach(text -> allowed.add(nameOf(text)));
      }
    }
    Set<String> unique = new HashSet<>(names);
    LogModel.require(unique.size() == found.size(), "an update is there twice");
    LogModel.require(unique.containsAll(required), "an acknowledged update is missing");
    LogModel.require(allowed.containsAll(unique), "an update is there that is not allowed");
    LogModel.require(isPrefix(prefix, found), "what was recovered before is no prefix");
  }

  private static String nameOf(String text) {
    return text.substring(0, text.lastIndexOf(ID));
  }

  private static boolean isPrefix(List<String> start, List<String> all) {
    return all.size() >= start.size() && all.subList(0, start.size()).equals(start);
  }

  /** What was refused is in the log as well, and each under the id that its caller was told. */
  private static void checkLog(Directory directory, List<Event> events, long last)
      throws IOException {
    Map<Long, String> log = new HashMap<>();
    long first = firstReadable(directory);
    if (last >= first) {
      WalReader.of(directory, Codecs.utf8()).replay(first, last, log::put);
    }
    for (Event event : events) {
      if (event instanceof Answered answered && answered.answer().entryId() >= first) {
        LogModel.require(
            answered.text().equals(log.get(answered.answer().entryId())),
            "the log has no such entry: " + answered.answer().entryId());
      }
    }
  }

  /**
   * The first entry after which no segment is missing: a crash may bring back one that was removed,
   * and not its successor.
   */
  private static long firstReadable(Directory directory) throws IOException {
    long first = 1;
    long next = 0;
    for (SegmentRange segment : WalMaintenance.segments(directory)) {
      if (segment.segmentId() != next) {
        first = segment.firstEntryId();
      }
      next = segment.segmentId() + 1;
    }
    return first;
  }

  @Override
  public void restart(CrashDirectory disk, History<Event> history) throws IOException {
    history.label("state");
    long variant = disk.contentHash();
    state = open(disk, CheckpointPolicy.manual(), history);
    String text = "r" + history.crashes() + Long.toHexString(variant) + ":";
    history.attempt(new Adding(text));
    answered(history, text, state().execute(new Text(text)));
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
