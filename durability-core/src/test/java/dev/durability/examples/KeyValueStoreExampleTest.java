package dev.durability.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.LiveEntries;
import dev.durability.StateHealth;
import dev.durability.StateOptions;
import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key-value store that survives crashes, as the documents show it. */
public class KeyValueStoreExampleTest {
  @TempDir Path path;

  // begin:kv-entries
  /** What can happen to the store: each is an entry of its log. */
  public sealed interface Change {}

  public record Put(String key, String value) implements Change {}

  public record Remove(String key) implements Change {}

  // end:kv-entries

  // begin:kv-machine
  /** The store itself: a map, how changes change it, and how it is written and read. */
  static final class Store implements StateMachine<SortedMap<String, String>, Change> {
    @Override
    public SortedMap<String, String> initial() {
      return new TreeMap<>();
    }

    @Override
    public SortedMap<String, String> apply(SortedMap<String, String> map, Change change) {
      if (change instanceof Put put) {
        map.put(put.key(), put.value());
      } else if (change instanceof Remove remove) {
        map.remove(remove.key());
      }
      return map;
    }

    // end:kv-machine
    // begin:kv-checkpoint
    @Override
    public SortedMap<String, String> snapshot(SortedMap<String, String> map) {
      return new TreeMap<>(map); // Updates go on while the copy is written.
    }

    @Override
    public void write(SortedMap<String, String> map, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(map.size());
      for (Map.Entry<String, String> each : map.entrySet()) {
        data.writeUTF(each.getKey());
        data.writeUTF(each.getValue());
      }
    }

    @Override
    public SortedMap<String, String> read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      SortedMap<String, String> map = new TreeMap<>();
      for (int left = data.readInt(); left > 0; left--) {
        map.put(data.readUTF(), data.readUTF());
      }
      return map;
    }
    // end:kv-checkpoint
  }

  @Test
  void whatWasPutIsThereAfterReopening() throws IOException {
    // begin:kv-open
    Codec<Change> codec = PostcardCodec.of(Change.class);
    try (var store =
        DurableState.open(
            FsDirectory.open(path),
            codec,
            new Store(),
            CheckpointPolicy.defaults(),
            WalOptions.defaults())) {

      store.update(new Put("greeting", "hello")); // On stable storage when this returns.

      // Check, then write: nothing comes between the look and the update.
      store.updateIf(
          map -> map.containsKey("owner") ? Optional.empty() : Optional.of(new Put("owner", "me")));

      String greeting = store.read(map -> map.get("greeting"));
      // end:kv-open
      assertThat(greeting).isEqualTo("hello");
      store.update(new Remove("greeting"));
    }
    try (var store =
        DurableState.open(
            FsDirectory.open(path),
            codec,
            new Store(),
            CheckpointPolicy.defaults(),
            WalOptions.defaults())) {
      assertThat(store.<Map<String, String>>read(TreeMap::new))
          .containsExactly(Map.entry("owner", "me"));
    }
  }

  @Test
  void entriesThatNeverChangeNeedNotBeDecoded() throws IOException {
    Codec<Change> codec = PostcardCodec.of(Change.class);
    // begin:kv-live
    StateOptions options = StateOptions.builder().liveEntries(LiveEntries.AS_PASSED).build();
    var store = DurableState.open(FsDirectory.open(path), codec, new Store(), options);
    // end:kv-live
    try (store) {
      store.update(new Put("owner", "me"));
      assertThat(store.<String>read(map -> map.get("owner"))).isEqualTo("me");
    }
  }

  @Test
  void optionsOfAState() throws IOException {
    Codec<Change> codec = PostcardCodec.of(Change.class);
    // begin:kv-options
    StateOptions options =
        StateOptions.builder()
            .checkpointPolicy(CheckpointPolicy.defaults().everyEntries(1_000_000))
            .checkpointsKept(3) // The log is kept from the oldest of them on.
            .walOptions(WalOptions.builder().segmentBytes(16 << 20).build())
            .pendingUpdatesMax(10_000) // Then updateAsync waits.
            .build();
    var store = DurableState.open(FsDirectory.open(path), codec, new Store(), options);
    // end:kv-options
    try (store) {
      assertThat(store.update(new Put("owner", "me"))).isEqualTo(1);
    }
  }

  @Test
  void aThreadReadsWhatAnotherOneWrote() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (var store =
        DurableState.open(
            FsDirectory.open(path),
            PostcardCodec.of(Change.class),
            new Store(),
            StateOptions.defaults())) {
      List<String> seen = new ArrayList<>();
      // begin:kv-await
      long next = store.lastAppliedId() + 1;
      Future<Long> writer = threads.submit(() -> store.update(new Put("owner", "me")));
      if (store.awaitApplied(next, Duration.ofSeconds(10))) { // False: no update came in time.
        seen.add(store.read(map -> map.get("owner"))); // As of that update, or a later one.
      }
      // end:kv-await
      assertThat(writer.get()).isEqualTo(1);
      assertThat(seen).containsExactly("me");
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aStateTellsHowItIs() throws IOException {
    try (var store =
        DurableState.open(
            FsDirectory.open(path),
            PostcardCodec.of(Change.class),
            new Store(),
            CheckpointPolicy.manual(),
            WalOptions.defaults())) {
      store.update(new Put("owner", "me"));
      // begin:kv-health
      StateHealth health = store.health(); // Writes nothing, and waits for nobody.
      boolean goesOn = health.failure() == null; // If not, only opening it again helps.
      boolean recoversFast = health.checkpointFailure() == null;
      long lag = health.durableId() - health.appliedId();
      // end:kv-health
      assertThat(goesOn).isTrue();
      assertThat(recoversFast).isTrue();
      assertThat(lag).isZero();
    }
  }
}
