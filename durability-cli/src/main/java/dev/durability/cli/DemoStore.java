package dev.durability.cli;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.PostcardCodec;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The key-value store of the demo: a sorted map, kept by {@link DurableState}. */
final class DemoStore implements StateMachine<NavigableMap<String, String>, DemoWrite> {
  /** Few enough that the process dies while checkpoints are being written, too. */
  private static final long ENTRIES_BETWEEN_CHECKPOINTS = 5_000;

  private DemoStore() {}

  /** Opens the store, or makes an empty one. */
  static DurableState<NavigableMap<String, String>, DemoWrite> open(Path directory)
      throws IOException {
    return DurableState.open(
        FsDirectory.open(directory),
        PostcardCodec.of(DemoWrite.class, MethodHandles.lookup()),
        new DemoStore(),
        CheckpointPolicy.manual().everyEntries(ENTRIES_BETWEEN_CHECKPOINTS),
        WalOptions.defaults());
  }

  @Override
  public NavigableMap<String, String> initial() {
    return new TreeMap<>();
  }

  @Override
  public NavigableMap<String, String> apply(NavigableMap<String, String> state, DemoWrite write) {
    state.put(write.key(), write.value());
    return state;
  }

  @Override
  public NavigableMap<String, String> snapshot(NavigableMap<String, String> state) {
    return new TreeMap<>(state);
  }

  @Override
  public void write(NavigableMap<String, String> state, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(state.size());
    for (Map.Entry<String, String> entry : state.entrySet()) {
      data.writeUTF(entry.getKey());
      data.writeUTF(entry.getValue());
    }
    data.flush();
  }

  @Override
  public NavigableMap<String, String> read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    NavigableMap<String, String> state = new TreeMap<>();
    for (int left = data.readInt(); left > 0; left--) {
      state.put(data.readUTF(), data.readUTF());
    }
    return state;
  }
}
