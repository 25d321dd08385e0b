package dev.durability.callbacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.recovery.History;
import dev.durability.recovery.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A state: updates, futures, a full disk, decisions, a checkpoint. */
final class StateLife extends Life implements StateMachine<List<String>, String> {
  final History history = new History();
  private @Nullable DurableState<List<String>, String> state;
  volatile @Nullable CompletableFuture<Long> sibling;
  private volatile boolean opened;

  StateLife(Hook hook) {
    super(hook);
  }

  DurableState<List<String>, String> state() {
    DurableState<List<String>, String> open = state;
    if (open == null) {
      throw new IllegalStateException("not open yet");
    }
    return open;
  }

  @Override
  void open() throws IOException {
    try (var earlier =
        DurableState.open(disk, Codecs.utf8(), history, CheckpointPolicy.manual(), SMALL.build())) {
      earlier.update("earlier");
      earlier.checkpoint();
      earlier.update("later");
    }
    state =
        DurableState.open(
            directory,
            new HookedCodec(),
            this,
            CheckpointPolicy.manual().everyEntries(7).onClose(),
            options());
    opened = true;
  }

  @Override
  public List<String> initial() {
    hook.at("machine initial");
    return history.initial();
  }

  @Override
  public List<String> apply(List<String> list, String entry) {
    hook.at("machine apply");
    return history.apply(list, entry);
  }

  @Override
  public List<String> snapshot(List<String> list) {
    hook.at("machine snapshot");
    return history.snapshot(list);
  }

  @Override
  public void write(List<String> list, OutputStream out) throws IOException {
    boolean inBackground = Thread.currentThread().getName().equals("durability-checkpoint");
    hook.at(inBackground ? "machine write, in background" : "machine write");
    if (inBackground
        && (hook.wants("handler durability-checkpoint")
            || hook.wants("observer onCheckpointFailed"))) {
      throw new IllegalStateException("for the handler");
    }
    history.write(list, out);
  }

  @Override
  public List<String> read(InputStream in) throws IOException {
    hook.at("machine read");
    return history.read(in);
  }

  @Override
  List<Step> steps() {
    return List.of(this::updates, this::futures, this::fullDisk, this::decide, this::checkpoint);
  }

  private void updates() throws IOException {
    for (int bytes : new int[] {10, 1_500, 1_500, 1_500, 10, 10, 10, 10}) {
      String entry = entry(bytes);
      state().update(entry);
      acknowledged.add(entry);
    }
    int unused =
        state()
            .<Integer>read(
                list -> {
                  hook.at("reading");
                  return list.size();
                });
  }

  private void futures() throws Exception {
    CompletableFuture<Long> first = followed(entry -> state().updateAsync(entry));
    sibling = state().updateAsync(entry(10));
    end(first);
    end(sibling);
  }

  private void fullDisk() throws Exception {
    directory.fillUpAfter(0);
    try {
      CompletableFuture<Long> first = followed(entry -> state().updateAsync(entry));
      sibling = state().updateAsync(entry(10));
      end(first);
      end(sibling);
    } finally {
      directory.makeRoom();
    }
    state().sync();
  }

  private void decide() throws IOException {
    sibling = state().updateAsync(entry(10));
    state()
        .updateIf(
            list -> {
              hook.at("decision");
              return Optional.of("decided");
            });
  }

  private void checkpoint() throws IOException {
    state().checkpoint();
    String entry = entry(10);
    state().update(entry);
    acknowledged.add(entry);
  }

  @Override
  void close() throws IOException {
    state().close();
  }

  @Override
  List<String> reopened() throws IOException {
    assertThat(opened).isTrue();
    try (var again =
        DurableState.open(disk, Codecs.utf8(), history, CheckpointPolicy.manual(), SMALL.build())) {
      List<String> there = again.read(List::copyOf);
      assertThat(there).doesNotHaveDuplicates();
      return there;
    }
  }
}
