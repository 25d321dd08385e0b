package dev.durability.callbacks;

import dev.durability.codec.Codecs;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record log: appends, syncs, readings. */
final class RecordLife extends Life {
  private @Nullable RecordLogWriter<String> log;

  RecordLife(Hook hook) {
    super(hook);
  }

  RecordLogWriter<String> log() {
    RecordLogWriter<String> opened = log;
    if (opened == null) {
      throw new IllegalStateException("not open yet");
    }
    return opened;
  }

  @Override
  void open() throws IOException {
    log = RecordLogWriter.open(directory, "records", new HookedCodec());
  }

  @Override
  List<Step> steps() {
    return List.of(this::append, this::append);
  }

  private void append() throws IOException {
    String entry = entry(10);
    log().append(entry);
    log().sync();
    acknowledged.add(entry);
    List<String> unused = RecordLogReader.of(directory, "records", new HookedCodec()).list();
  }

  @Override
  void close() throws IOException {
    log().close();
  }

  @Override
  List<String> reopened() throws IOException {
    RecordLogWriter.open(disk, "records", Codecs.utf8()).close();
    return RecordLogReader.of(disk, "records", Codecs.utf8()).list();
  }
}
