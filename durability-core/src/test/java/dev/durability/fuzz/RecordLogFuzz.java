package dev.durability.fuzz;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.format.DocumentedReader;
import dev.durability.frame.FileType;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Any file of a record log, as {@link LogFuzz} has any files of a log. */
public final class RecordLogFuzz {
  /** Bytes, whatever the log says of them. */
  private static final Codec<byte[]> ANY_SCHEMA =
      Codecs.bytes(Schema.of("application/octet-stream", new byte[0]));

  private static final String PATH = "wal/records"; // Where the scratch directory is emptied.

  private RecordLogFuzz() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    Heap.bounded(MeteredDirectory.HEAP_BYTES_MAX, () -> judge(input));
  }

  private static void judge(byte[] input) throws IOException {
    Map<String, byte[]> files = Map.of(PATH, draft(input));
    MeteredDirectory directory = MeteredDirectory.of(files);
    String verdict;
    DocumentedReader.Result page = null;
    Path place = Scratch.with(files);
    try {
      page = DocumentedReader.readRecordLog(place.resolve(PATH));
      verdict = page.verdict();
    } catch (DocumentedReader.OtherVersion e) {
      verdict = "OTHER";
    }
    List<byte[]> records = read(directory, verdict);
    directory.assertCheap("reading");
    if (page != null && !verdict.equals("CORRUPT")) {
      Checks.same(records.size(), (int) page.intact(), "records");
    }
    open(directory, verdict, records.size());
    directory.assertCheap("opening");
  }

  private static byte[] draft(byte[] input) {
    Script script = new Script(input);
    if (script.below(4) == 0) {
      return script.rest();
    }
    FileDraft file = new FileDraft(FileType.RECORD_LOG, new UUID(1, 2), 0, 1, 0, 99);
    while (script.hasMore()) {
      file.step(script);
    }
    return file.bytes();
  }

  private static List<byte[]> read(MeteredDirectory directory, String verdict) throws IOException {
    List<byte[]> records = new ArrayList<>();
    try {
      long last =
          RecordLogReader.of(directory, PATH, Codecs.bytes())
              .replay((id, record) -> records.add(record));
      Checks.same(last, (long) records.size(), "the last id");
      Checks.that(!verdict.equals("CORRUPT") && !verdict.equals("OTHER"), "read: " + verdict);
    } catch (CorruptLogException refused) {
      Checks.same(verdict, "CORRUPT", "refused, " + refused);
    } catch (FormatException otherVersion) {
      Checks.same(verdict, "OTHER", "refused, " + otherVersion);
    }
    return records;
  }

  private static void open(MeteredDirectory directory, String verdict, int records)
      throws IOException {
    Map<String, ByteBuffer> before = directory.contents();
    try (RecordLogWriter<byte[]> log = RecordLogWriter.open(directory, PATH, ANY_SCHEMA)) {
      Checks.that(!verdict.equals("CORRUPT") && !verdict.equals("OTHER"), "opened: " + verdict);
      Checks.same(log.append(new byte[3]), records + 1L, "the next id");
      log.sync();
    } catch (CorruptLogException | FormatException refused) {
      Checks.that(verdict.equals("CORRUPT") || verdict.equals("OTHER"), "refused: " + verdict);
      Checks.same(directory.contents(), before, "what a refused opening left");
      return;
    }
    try {
      long last =
          RecordLogReader.of(directory, PATH, Codecs.bytes()).strict().replay((id, record) -> {});
      Checks.same(last, records + 1L, "after opening and closing");
    } catch (DurabilityException e) {
      throw new AssertionError("not clean after opening and closing", e);
    }
  }
}
