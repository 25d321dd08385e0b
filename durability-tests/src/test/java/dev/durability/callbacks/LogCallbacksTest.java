package dev.durability.callbacks;

import dev.durability.codec.Codecs;
import dev.durability.recovery.History;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class LogCallbacksTest extends CallbackPairs {

  private static Map<String, Call<? super LogLife>> logCalls() {
    Map<String, Call<? super LogLife>> calls = new LinkedHashMap<>();
    calls.put("append", life -> life.log().append("in callback"));
    calls.put("appendBatch", life -> life.log().appendBatch(List.of("in", "callback")));
    calls.put("appendDurable", life -> life.log().appendDurable("in callback"));
    calls.put("appendAsync", life -> life.log().appendAsync("in callback"));
    calls.put("appendAsync.join", life -> Life.join(life.log().appendAsync("in callback")));
    calls.put("appendAsync.get", life -> life.log().appendAsync("in callback").get());
    calls.put(
        "appendAsync.get, timed",
        life -> life.log().appendAsync("in callback").get(Life.WATCHDOG_SECONDS, TimeUnit.SECONDS));
    calls.put("join of another", life -> Life.join(life.sibling));
    calls.put("flush", life -> life.log().flush());
    calls.put("sync", life -> life.log().sync());
    calls.put("lastAppendedId", life -> life.log().lastAppendedId());
    calls.put("appendedBytes", life -> life.log().appendedBytes());
    calls.put("stats", life -> life.log().stats());
    calls.put("lastDurableId", life -> life.log().lastDurableId());
    calls.put("poison", life -> life.log().poison());
    calls.put("recovered", life -> life.log().recovered());
    calls.put("logId", life -> life.log().logId());
    calls.put("segments", life -> life.log().segments());
    calls.put("appendCheckpoint", life -> life.log().appendCheckpoint(0, ""));
    calls.put("truncate", life -> life.log().truncate(life.log().lastDurableId()));
    calls.put("publish", LogLife::publish);
    calls.put("close", life -> life.log().close());
    calls.put(
        "open", life -> WalWriter.open(life.directory, Codecs.utf8(), Life.SMALL.build()).close());
    calls.put("readAll", life -> WalReader.of(life.directory, Codecs.utf8()).readAll());
    calls.put(
        "follow",
        life -> {
          try (var tail = WalReader.of(life.directory, Codecs.utf8()).follow(WalReplay.START)) {
            tail.poll(Duration.ZERO);
          }
        });
    calls.put("verify", life -> WalMaintenance.verify(life.directory));
    calls.put("truncate, closed", life -> WalMaintenance.truncate(life.directory, 0));
    calls.put(
        "recover",
        life ->
            Recoverer.of(life.directory, Codecs.utf8(), new History())
                .recover(RecoveryOptions.latest()));
    return calls;
  }

  @Test
  void callsOfALogInEachOfItsCallbacks() throws Exception {
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
                "clock",
                "codec encode",
                "codec decode",
                "replay fromId",
                "replay entry",
                "future",
                "future that fails",
                "content",
                "handler caller",
                "handler durability-wal",
                "handler durability-segments"));
    callbacks.addAll(
        storageCallbacks(
            Operation.CREATE,
            Operation.OPEN,
            Operation.RENAME,
            Operation.DELETE,
            Operation.EXISTS,
            Operation.LIST,
            Operation.CREATE_DIRECTORIES,
            Operation.SYNC_DIRECTORY,
            Operation.LOCK,
            Operation.WRITE,
            Operation.SYNC_FILE,
            Operation.TRUNCATE,
            Operation.CLOSE_APPEND,
            Operation.READ,
            Operation.SIZE));
    tryAll(LogLife::new, callbacks, logCalls(), 5);
  }
}
