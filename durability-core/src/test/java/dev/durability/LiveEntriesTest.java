package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import dev.durability.errors.CodecException;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.StateMachine;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code apply} is given live is what it is given when the state is opened again. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LiveEntriesTest {
  private final MemoryDirectory directory = new MemoryDirectory();

  /** An entry of parts that can be changed. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
  record Put(String key, byte[] bytes, List<String> more) {}

  /** Keeps the parts of entries as they come, and may change them, as users do. */
  private static class Store implements StateMachine<Map<String, Put>, Put> {
    private static final Codec<Put> CODEC = PostcardCodec.of(Put.class);

    @Override
    public Map<String, Put> initial() {
      return new TreeMap<>();
    }

    @Override
    public Map<String, Put> apply(Map<String, Put> state, Put entry) {
      state.put(entry.key(), entry);
      return state;
    }

    @Override
    public Map<String, Put> snapshot(Map<String, Put> state) {
      return new TreeMap<>(state);
    }

    @Override
    public void write(Map<String, Put> state, OutputStream out) throws IOException {
      out.write(state.size());
      for (Put put : state.values()) {
        EntryBytes bytes = new EntryBytes(128, 255);
        CODEC.encode(put, bytes);
        out.write(bytes.size());
        out.write(bytes.bytes(), 0, bytes.size());
      }
    }

    @Override
    public Map<String, Put> read(InputStream in) throws IOException {
      Map<String, Put> state = new TreeMap<>();
      for (int left = in.read(); left > 0; left--) {
        Put put = CODEC.decode(ByteBuffer.wrap(in.readNBytes(in.read())));
        state.put(put.key(), put);
      }
      return state;
    }
  }

  private DurableState<Map<String, Put>, Put> open(
      StateMachine<Map<String, Put>, Put> machine, LiveEntries live) throws IOException {
    StateOptions options =
        StateOptions.builder()
            .checkpointPolicy(CheckpointPolicy.manual())
            .liveEntries(live)
            .build();
    return DurableState.open(directory, Store.CODEC, machine, options);
  }

  private static String all(DurableState<Map<String, Put>, Put> state) throws IOException {
    return state.read(
        map -> {
          StringBuilder text = new StringBuilder();
          map.forEach(
              (key, put) ->
                  text.append(key)
                      .append('=')
                      .append(new String(put.bytes(), StandardCharsets.US_ASCII))
                      .append(put.more())
                      .append(' '));
          return text.toString();
        });
  }

  @Test
  void whatTheCallerReusesChangesNeitherTheStateNorACheckpoint() throws Exception {
    byte[] reused = new byte[1];
    List<String> list = new ArrayList<>();
    String expected = "a=a[a] b=b[b] c=c[c] d=d[d] ";
    try (var state = open(new Store(), LiveEntries.DECODED)) {
      List<CompletableFuture<Long>> futures = new ArrayList<>();
      for (String each : List.of("a", "b", "c")) {
        Arrays.fill(reused, (byte) each.charAt(0));
        list.clear();
        list.add(each);
        futures.add(state.updateAsync(new Put(each, reused, list)));
      }
      for (CompletableFuture<Long> each : futures) {
        each.get();
      }
      Arrays.fill(reused, (byte) 'd');
      list.set(0, "d");
      state.updateIf(map -> Optional.of(new Put("d", reused, list)));
      Arrays.fill(reused, (byte) '!');
      list.clear();
      assertThat(all(state)).isEqualTo(expected);
      state.checkpoint();
    }
    try (var state = open(new Store(), LiveEntries.DECODED)) {
      assertThat(all(state)).as("from the checkpoint").isEqualTo(expected);
    }
    directory.delete("checkpoints/00000000000000000004.ckpt");
    try (var state = open(new Store(), LiveEntries.DECODED)) {
      assertThat(all(state)).as("from the log").isEqualTo(expected);
    }
  }

  @Test
  void decisionThatReturnsPartsOfTheStateIsGivenCopiesOfThem() throws Exception {
    Store extending =
        new Store() {
          @Override
          public Map<String, Put> apply(Map<String, Put> state, Put entry) {
            Put old = state.get(entry.key());
            if (old != null) {
              old.bytes()[0]++;
            }
            state.putIfAbsent(entry.key(), entry);
            return state;
          }
        };
    String live;
    try (var state = open(extending, LiveEntries.DECODED)) {
      state.update(new Put("a", new byte[] {'x'}, List.of()));
      state.updateIf(map -> Optional.of(new Put("b", map.get("a").bytes(), List.of())));
      state.update(new Put("a", new byte[0], List.of()));
      live = all(state);
      assertThat(live).isEqualTo("a=y[] b=x[] ");
    }
    try (var state = open(extending, LiveEntries.DECODED)) {
      assertThat(all(state)).isEqualTo(live);
    }
  }

  @Test
  void applyThatChangesAnEntryFailsLiveAsWhenReopening() throws Exception {
    Store extending =
        new Store() {
          @Override
          public Map<String, Put> apply(Map<String, Put> state, Put entry) {
            entry.more().add("extended"); // Decoded lists cannot be changed.
            return super.apply(state, entry);
          }
        };
    try (var state = open(extending, LiveEntries.DECODED)) {
      assertThatExceptionOfType(DurabilityException.class)
          .isThrownBy(() -> state.update(new Put("a", new byte[0], new ArrayList<>())))
          .withMessageContaining("entry 1 ")
          .withCauseInstanceOf(UnsupportedOperationException.class);
    }
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> open(extending, LiveEntries.DECODED))
        .withMessageContaining("entry 1 ")
        .withCauseInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void entriesAsPassedAreTheCallersOwnAndTheLogHoldsTheSame() throws Exception {
    List<Put> applied = new ArrayList<>();
    Store noting =
        new Store() {
          @Override
          public Map<String, Put> apply(Map<String, Put> state, Put entry) {
            applied.add(entry);
            return super.apply(state, entry);
          }
        };
    List<Put> passed = new ArrayList<>();
    for (String key : List.of("a", "b", "c")) {
      passed.add(new Put(key, key.getBytes(StandardCharsets.US_ASCII), List.of(key)));
    }
    try (var state = open(noting, LiveEntries.AS_PASSED)) {
      state.update(passed.get(0));
      state.updateAsync(passed.get(1)).get();
      state.updateIf(map -> Optional.of(passed.get(2)));
      assertThat(applied).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertThat(applied.get(i)).isSameAs(passed.get(i));
      }
    }
    try (var state = open(new Store(), LiveEntries.AS_PASSED)) {
      assertThat(all(state)).isEqualTo("a=a[a] b=b[b] c=c[c] ");
    }
  }

  @Test
  void entryThatIsDecodedToNothingDoesNotGetIntoTheLog() throws Exception {
    Codec<Put> oneWay =
        new Codec<>() {
          @Override
          public void encode(Put value, OutputStream out) throws IOException {
            Store.CODEC.encode(value, out);
          }

          @Override
          @SuppressWarnings("NullAway") // what a codec should not do
          public Put decode(ByteBuffer in) {
            return null;
          }
        };
    MemoryDirectory where = new MemoryDirectory();
    try (var state =
        DurableState.open(
            where, oneWay, new Store(), CheckpointPolicy.manual(), WalOptions.defaults())) {
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> state.update(new Put("k", new byte[0], List.of())))
          .withMessageContaining("decode returned null")
          .withMessageContaining("nothing was appended");
      assertThat(state.health().failure()).isNull();
    }
    assertThat(WalMaintenance.verify(where).intact()).isZero();
  }

  @Test
  void entryThatCannotBeDecodedDoesNotGetIntoTheLog() throws Exception {
    for (Exception refusal : List.of(new IOException("never"), new IllegalStateException("no"))) {
      Codec<Put> oneWay =
          new Codec<>() {
            @Override
            public void encode(Put value, OutputStream out) throws IOException {
              Store.CODEC.encode(value, out);
            }

            @Override
            public Put decode(ByteBuffer in) throws IOException {
              Put put = Store.CODEC.decode(in);
              if (put.key().equals("bad") && refusal instanceof IOException e) {
                throw e;
              } else if (put.key().equals("bad")) {
                throw (RuntimeException) refusal;
              }
              return put;
            }
          };
      MemoryDirectory where = new MemoryDirectory();
      Put good = new Put("good", new byte[0], List.of());
      Put bad = new Put("bad", new byte[0], List.of());
      try (var state =
          DurableState.open(
              where, oneWay, new Store(), CheckpointPolicy.manual(), WalOptions.defaults())) {
        for (int which = 0; which < 3; which++) {
          int call = which;
          assertThatExceptionOfType(CodecException.class)
              .isThrownBy(
                  () -> {
                    switch (call) {
                      case 0 -> state.update(bad);
                      case 1 -> state.updateAsync(bad).get();
                      default -> state.updateIf(map -> Optional.of(bad));
                    }
                  })
              .withMessageContaining("nothing was appended")
              .withCause(refusal);
        }
        assertThat(state.update(good)).isEqualTo(1);
      }
      try (var state =
          DurableState.open(
              where, oneWay, new Store(), CheckpointPolicy.manual(), WalOptions.defaults())) {
        assertThat(all(state)).isEqualTo("good=[] ");
      }
    }
  }
}
