package dev.durability.callbacks;

import dev.durability.codec.Codecs;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.testkit.Fault.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class RecordLogCallbacksTest extends CallbackPairs {

  @Test
  void callsOfARecordLogInEachOfItsCallbacks() throws Exception {
    Map<String, Call<? super RecordLife>> calls = new LinkedHashMap<>();
    calls.put("append", life -> life.log().append("in callback"));
    calls.put("flush", life -> life.log().flush());
    calls.put("sync", life -> life.log().sync());
    calls.put("lastId", life -> life.log().lastId());
    calls.put("syncedId", life -> life.log().syncedId());
    calls.put("close", life -> life.log().close());
    calls.put(
        "open", life -> RecordLogWriter.open(life.directory, "records", Codecs.utf8()).close());
    calls.put("list", life -> RecordLogReader.of(life.directory, "records", Codecs.utf8()).list());
    List<String> callbacks = new ArrayList<>(List.of("codec encode", "codec decode"));
    callbacks.addAll(
        storageCallbacks(
            Operation.CREATE,
            Operation.RENAME,
            Operation.SYNC_DIRECTORY,
            Operation.WRITE,
            Operation.SYNC_FILE,
            Operation.CLOSE_APPEND));
    tryAll(RecordLife::new, callbacks, calls, 2);
  }
}
