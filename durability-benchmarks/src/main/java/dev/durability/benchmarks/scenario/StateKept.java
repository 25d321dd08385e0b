package dev.durability.benchmarks.scenario;

import dev.durability.DurableState;
import dev.durability.LiveEntries;
import dev.durability.benchmarks.scenario.Values.Put;
import dev.durability.benchmarks.store.Kept;
import dev.durability.benchmarks.store.OwnState;
import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/** What a state of this project is opened from, and the bare loops beside it. */
final class StateKept {
  private static final int VALUE_BYTES = 128;
  private static final int KEYS = 4096;
  private static final int BLOCK_BYTES = 1 << 20;
  private static final String FILE = "values";

  private StateKept() {}

  private static Codec<Put> codec() {
    return PostcardCodec.of(Put.class);
  }

  private static Values<Map<Integer, byte[]>> machine(int first) {
    return Values.copied(VALUE_BYTES, first);
  }

  /** A state, from a log of changes of 4,096 values. */
  static Kept log() {
    return new State("durability") {
      @Override
      public void fill(Path directory, int count) throws Exception {
        WalOptions options = WalOptions.builder().flushPolicy(FlushPolicy.manual()).build();
        byte[] value = Entries.payload(VALUE_BYTES);
        try (WalWriter<Put> log = WalWriter.open(FsDirectory.open(directory), codec(), options)) {
          for (int i = 0; i < count; i++) {
            log.append(new Put(i % KEYS, value));
          }
          log.sync();
        }
      }

      @Override
      long count(DurableState<Map<Integer, byte[]>, Put> state) {
        return state.lastAppliedId();
      }
    };
  }

  /** A state, from a checkpoint. */
  static Kept checkpoint() {
    return new State("durability") {
      @Override
      public void fill(Path directory, int count) throws Exception {
        try (DurableState<Map<Integer, byte[]>, Put> state = state(directory, count)) {
          state.update(new Put(0, Entries.payload(VALUE_BYTES)));
          state.checkpoint();
        }
      }

      @Override
      long count(DurableState<Map<Integer, byte[]>, Put> state) throws IOException {
        return state.<Integer>read(Map::size);
      }
    };
  }

  private static DurableState<Map<Integer, byte[]>, Put> state(Path directory, int first)
      throws IOException {
    return OwnState.open(FsDirectory.open(directory), codec(), machine(first), LiveEntries.DECODED);
  }

  private abstract static class State implements Kept {
    private final String name;

    State(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String opening() {
      return "the state is in memory, and its log open for writing";
    }

    abstract long count(DurableState<Map<Integer, byte[]>, Put> state) throws IOException;

    @Override
    public Opened open(Path directory) throws Exception {
      DurableState<Map<Integer, byte[]>, Put> state = state(directory, 0);
      return new Opened() {
        @Override
        public long count() throws IOException {
          return State.this.count(state);
        }

        @Override
        public void close() throws IOException {
          state.close();
        }
      };
    }
  }

  /** A reader of the log that a state was filled with, which applies each entry to a map. */
  static Kept bareReplay(Path log) {
    return new Bare("probe: WalReader.replay, each entry applied to a map") {
      @Override
      public void fill(Path directory, int count) {}

      @Override
      long read(Path directory) throws IOException {
        Values<Map<Integer, byte[]>> machine = machine(0);
        Map<Integer, byte[]> map = machine.initial();
        long[] last = new long[1];
        WalReader.of(FsDirectory.open(log), codec())
            .replay(
                WalReplay.START,
                Long.MAX_VALUE,
                (id, entry) -> {
                  machine.apply(map, entry, id);
                  last[0] = id;
                });
        return map.isEmpty() ? 0 : last[0];
      }
    };
  }

  /** A file with what a checkpoint holds, read a MiB at a time, each with its checksum. */
  static Kept bareFile() {
    return new Bare("probe: a file, CRC-32C of each MiB, the values put into a map") {
      @Override
      public void fill(Path directory, int count) throws IOException {
        Values<Map<Integer, byte[]>> machine = machine(count);
        try (OutputStream out =
            new BufferedOutputStream(Files.newOutputStream(directory.resolve(FILE)), BLOCK_BYTES)) {
          machine.write(machine.initial(), out);
        }
      }

      @Override
      long read(Path directory) throws IOException {
        try (InputStream in =
            new BufferedInputStream(
                new CheckedInputStream(Files.newInputStream(directory.resolve(FILE)), new CRC32C()),
                BLOCK_BYTES)) {
          return machine(0).read(in).size();
        }
      }
    };
  }

  private abstract static class Bare implements Kept {
    private final String name;

    Bare(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String opening() {
      return "the values are in memory, and nothing is open for writing";
    }

    /** Reads everything; returns how many values or changes there were. */
    abstract long read(Path directory) throws IOException;

    @Override
    public Opened open(Path directory) throws IOException {
      long count = read(directory);
      return new Opened() {
        @Override
        public long count() {
          return count;
        }

        @Override
        public void close() {}
      };
    }
  }
}
