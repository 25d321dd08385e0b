package dev.durability.benchmarks.scenario;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.LiveEntries;
import dev.durability.StateOptions;
import dev.durability.benchmarks.Contestant;
import dev.durability.benchmarks.Heat;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.probe.SyncedWrites;
import dev.durability.codec.PostcardCodec;
import dev.durability.frame.FrameFormat;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.FsDirectory;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Updates of a map, many outstanding, with the decoded entries and with those that are passed. */
final class StateUpdates extends Contestant {
  private static final int OUTSTANDING = 1024;
  private static final int KEYS = 4096;
  private static final long DEADLINE_SECONDS = 60;

  private final LiveEntries live;
  private final byte[] value = Entries.payload(AppendHeats.SMALL);
  private @Nullable DurableState<Map<Integer, Put>, Put> state;

  private StateUpdates(Role role, LiveEntries live) {
    super(
        live == LiveEntries.DECODED ? "state, decoded entries" : "state, entries as passed",
        role,
        "durable and applied when its future completes");
    this.live = live;
  }

  static Heat ahead() {
    return new Heat(
            "",
            "an update of a map with a value of 128 B, durable and applied",
            "updates",
            Target.atLeast("≥ 100 × probe", 100, 0),
            List.of(
                SyncedWrites.of(FrameFormat.frameBytes(AppendHeats.SMALL)),
                new StateUpdates(Role.OURS, LiveEntries.DECODED),
                new StateUpdates(Role.VARIANT, LiveEntries.AS_PASSED)))
        .note(
            "One producer, updateAsync with 1,024 outstanding; entries are records, the codec is"
                + " PostcardCodec. No checkpoint is written meanwhile.");
  }

  /** An entry. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Put(int key, byte[] value) {}

  private static final class Values implements StateMachine<Map<Integer, Put>, Put> {
    @Override
    public Map<Integer, Put> initial() {
      return new HashMap<>();
    }

    @Override
    public Map<Integer, Put> apply(Map<Integer, Put> map, Put entry) {
      map.put(entry.key(), entry);
      return map;
    }

    @Override
    public Map<Integer, Put> snapshot(Map<Integer, Put> map) {
      return new HashMap<>(map);
    }

    @Override
    public void write(Map<Integer, Put> map, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(map.size());
      for (Put put : map.values()) {
        data.writeInt(put.key());
        data.writeInt(put.value().length);
        data.write(put.value());
      }
    }

    @Override
    public Map<Integer, Put> read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      Map<Integer, Put> map = new HashMap<>();
      for (int left = data.readInt(); left > 0; left--) {
        int key = data.readInt();
        map.put(key, new Put(key, data.readNBytes(data.readInt())));
      }
      return map;
    }
  }

  @Override
  public void open(Path directory) throws Exception {
    state =
        DurableState.open(
            FsDirectory.open(directory),
            PostcardCodec.of(Put.class),
            new Values(),
            StateOptions.builder()
                .checkpointPolicy(CheckpointPolicy.manual())
                .liveEntries(live)
                .build());
  }

  @Override
  public long run(long operations, @Nullable Histogram latencies) throws Exception {
    DurableState<Map<Integer, Put>, Put> target = Objects.requireNonNull(state);
    Semaphore room = new Semaphore(OUTSTANDING);
    long start = System.nanoTime();
    for (long i = 0; i < operations; i++) {
      room.acquire();
      CompletableFuture<Long> future = target.updateAsync(new Put((int) (i % KEYS), value));
      var unused = future.whenComplete((id, failure) -> room.release());
    }
    if (!room.tryAcquire(OUTSTANDING, DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("updates that are not durable after a minute");
    }
    long nanos = System.nanoTime() - start;
    if (target.health().failure() != null) {
      throw new IllegalStateException("the state failed", target.health().failure());
    }
    return nanos;
  }

  @Override
  public int operationsMultiple() {
    return OUTSTANDING;
  }

  @Override
  public long operationsMax() {
    return Math.max(2L * OUTSTANDING, AppendHeats.SLICE_BYTES_MAX / AppendHeats.SMALL);
  }

  @Override
  public void close() throws IOException {
    DurableState<Map<Integer, Put>, Put> open = state;
    if (open != null) {
      open.close();
    }
  }
}
