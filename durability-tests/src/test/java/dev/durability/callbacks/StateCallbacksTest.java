package dev.durability.callbacks;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class StateCallbacksTest extends CallbackPairs {

  private static Map<String, Call<? super StateLife>> stateCalls() {
    Map<String, Call<? super StateLife>> calls = new LinkedHashMap<>();
    calls.put("update", life -> life.state().update("in callback"));
    calls.put("updateAsync", life -> life.state().updateAsync("in callback"));
    calls.put("updateAsync.join", life -> Life.join(life.state().updateAsync("in callback")));
    calls.put("updateAsync.get", life -> life.state().updateAsync("in callback").get());
    calls.put(
        "updateAsync.get, timed",
        life ->
            life.state().updateAsync("in callback").get(Life.WATCHDOG_SECONDS, TimeUnit.SECONDS));
    calls.put("join of another", life -> Life.join(life.sibling));
    calls.put("updateIf", life -> life.state().updateIf(list -> Optional.of("in callback")));
    calls.put("updateIf, nothing", life -> life.state().updateIf(list -> Optional.empty()));
    calls.put("read", life -> life.state().read(List::size));
    calls.put("sync", life -> life.state().sync());
    calls.put("awaitApplied", life -> life.state().awaitApplied(0, Duration.ZERO));
    calls.put("awaitApplied of a pending one", StateCallbacksTest::appendAndAwait);
    calls.put("checkpoint", life -> life.state().checkpoint());
    calls.put("health", life -> life.state().health());
    calls.put("lastAppliedId", life -> life.state().lastAppliedId());
    calls.put("recovered", life -> life.state().recovered());
    calls.put("close", life -> life.state().close());
    calls.put(
        "open",
        life ->
            DurableState.open(
                    life.directory,
                    Codecs.utf8(),
                    life.history,
                    CheckpointPolicy.manual(),
                    Life.SMALL.build())
                .close());
    calls.put("verify", life -> WalMaintenance.verify(life.directory));
    calls.put(
        "recover",
        life ->
            Recoverer.of(life.directory, Codecs.utf8(), life.history)
                .recover(RecoveryOptions.latest()));
    return calls;
  }

  /** In vain if another thread has applied it before: then it waits for the one after it. */
  private static void appendAndAwait(StateLife life) throws IOException {
    life.state().updateAsync("in callback");
    life.state().awaitApplied(life.state().lastAppliedId() + 1, Duration.ofMillis(20));
  }

  @Test
  void callsOfAStateInEachOfItsCallbacks() throws Exception {
    List<String> callbacks =
        new ArrayList<>(
            List.of(
                "observer onAppend",
                "observer onFlush",
                "observer onSync",
                "observer onRotate",
                "observer onTruncate",
                "observer onRecovery",
                "observer mayRemove",
                "observer onCheckpoint",
                "observer onCheckpointFailed",
                "clock",
                "codec encode",
                "codec encode, decided",
                "codec decode",
                "machine apply",
                "machine snapshot",
                "machine write",
                "machine write, in background",
                "machine read",
                "reading",
                "decision",
                "future",
                "future that fails",
                "handler caller",
                "handler durability-wal",
                "handler durability-segments",
                "handler durability-checkpoint"));
    callbacks.addAll(
        storageCallbacks(
            Operation.CREATE,
            Operation.RENAME,
            Operation.DELETE,
            Operation.SYNC_DIRECTORY,
            Operation.WRITE,
            Operation.SYNC_FILE,
            Operation.CLOSE_APPEND));
    tryAll(StateLife::new, callbacks, stateCalls(), 5);
  }
}
