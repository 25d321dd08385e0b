package dev.durability.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of several inputs, one input after the other. The end of an input ends its last
 * record. For one thread.
 */
final class Records implements Closeable {
  private final Iterator<Input> inputs;
  private final byte separator;
  private final int recordBytesMax;
  private final Progress progress;

  private @Nullable Input input;
  private @Nullable InputStream stream;
  private @Nullable RecordSplitter splitter;

  /**
   * Starts before the first input.
   *
   * @param inputs the inputs, opened one by one when they are reached
   * @param separator what ends a record
   * @param recordBytesMax the largest record
   * @param progress is told of every byte that is read
   */
  Records(List<Input> inputs, byte separator, int recordBytesMax, Progress progress) {
    this.inputs = inputs.iterator();
    this.separator = separator;
    this.recordBytesMax = recordBytesMax;
    this.progress = progress;
  }

  /**
   * Reads the next record.
   *
   * @return the record, or null at the end of the last input
   * @throws IOException if reading fails; the message names the input
   */
  byte @Nullable [] next() throws IOException {
    while (true) {
      if (splitter == null && !openNext()) {
        return null;
      }
      byte @Nullable [] record = nextOfInput();
      if (record != null) {
        return record;
      }
      close();
    }
  }

  private boolean openNext() throws IOException {
    if (!inputs.hasNext()) {
      return false;
    }
    Input next = inputs.next();
    InputStream opened = new ProgressInput(next.open(), progress);
    input = next;
    stream = opened;
    splitter = new RecordSplitter(opened, separator, recordBytesMax);
    return true;
  }

  private byte @Nullable [] nextOfInput() throws IOException {
    RecordSplitter from = splitter;
    Input what = input;
    if (from == null || what == null) {
      return null;
    }
    try {
      return from.next();
    } catch (RecordTooLongException e) {
      throw new IOException(what.name() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException("cannot read " + what.name() + ": " + e.getMessage(), e);
    }
  }

  /** Closes the input that is being read, if any. */
  @Override
  public void close() throws IOException {
    InputStream open = stream;
    stream = null;
    splitter = null;
    if (open != null) {
      open.close();
    }
  }
}
