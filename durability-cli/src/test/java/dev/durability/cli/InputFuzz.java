package dev.durability.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Any input of {@code append}, in reads of any size: the records are those between the separators,
 * or it is refused at the first that is too long.
 */
public final class InputFuzz {
  private InputFuzz() {}

  /** Called by the fuzzer: how to cut, then the input. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    ByteArrayInputStream script = new ByteArrayInputStream(input);
    byte separator = (byte) (script.read() % 2 == 0 ? '\n' : 0);
    int recordBytesMax = Math.max(1, script.read());
    int readBytesMax = 1 + Math.max(0, script.read());
    byte[] content = script.readAllBytes();
    List<byte[]> expected = split(content, separator);
    RecordSplitter splitter =
        new RecordSplitter(inReadsOf(readBytesMax, content), separator, recordBytesMax);
    for (byte[] record : expected) {
      byte[] found;
      try {
        found = splitter.next();
      } catch (RecordTooLongException refused) {
        that(record.length > recordBytesMax, "refused: " + Arrays.toString(record));
        return;
      }
      that(record.length <= recordBytesMax, "not refused: " + Arrays.toString(record));
      that(Arrays.equals(found, record), Arrays.toString(found));
    }
    that(splitter.next() == null, "more than there is");
  }

  private static void that(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static List<byte[]> split(byte[] content, byte separator) {
    List<byte[]> records = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] == separator) {
        records.add(Arrays.copyOfRange(content, start, i));
        start = i + 1;
      }
    }
    if (start < content.length) {
      records.add(Arrays.copyOfRange(content, start, content.length));
    }
    return records;
  }

  private static InputStream inReadsOf(int bytesMax, byte[] content) {
    return new ByteArrayInputStream(content) {
      @Override
      public synchronized int read(byte[] target, int from, int length) {
        return super.read(target, from, Math.min(length, bytesMax));
      }
    };
  }
}
