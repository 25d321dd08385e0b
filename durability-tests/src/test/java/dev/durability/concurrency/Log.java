package dev.durability.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;

/** An open log on a disk that fails as told, with what is demanded of each call. */
final class Log implements Closeable {
  final FaultDirectory failing = new FaultDirectory(new MemoryDirectory());
  final WatchedDisk disk = new WatchedDisk(failing);
  final WalWriter<String> writer;

  Log(WalOptions.Builder options) throws IOException {
    writer = WalWriter.open(disk, new Bracketed(), options.build());
  }

  /** Marks entries, so that no header and no time on the disk looks like one of a single letter. */
  private static final class Bracketed implements Codec<String> {
    static String bytesOf(String entry) {
      return "[entry " + entry + "]";
    }

    @Override
    public void encode(String entry, OutputStream out) throws IOException {
      out.write(bytesOf(entry).getBytes(UTF_8));
    }

    @Override
    public String decode(ByteBuffer in) {
      throw new AssertionError("nothing is read here");
    }
  }

  /** The smallest blocks and segments. */
  static WalOptions.Builder small() {
    return WalOptions.builder().bufferBytes(4096).segmentBytes(4096).preallocatedBytesMax(0);
  }

  static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  void mustHold(String entry) {
    check(
        disk.holds(Bracketed.bytesOf(entry)),
        entry.substring(0, Math.min(2, entry.length())) + " is acknowledged, and not on the disk");
  }

  /** Nothing is acknowledged before it is on the disk. */
  void appendDurable(String entry) throws IOException {
    writer.appendDurable(entry);
    mustHold(entry);
  }

  /** A sync covers what was appended before it. */
  void sync(String appended) throws IOException {
    writer.sync();
    mustHold(appended);
  }

  /** Waits for a future. */
  void awaitDurable(AppendFuture future, String entry) throws IOException {
    try {
      future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw e;
    }
    mustHold(entry);
  }

  /** A sync has failed: the call has to say so, if it does not succeed. */
  static void donePoisoned(Crew.Work call) throws Exception {
    try {
      call.run();
    } catch (WriterPoisonedException documented) {
      // As it should be.
    }
  }

  /** A write has failed: the call has to say that the outcome is open, if it does not succeed. */
  static void doneOpen(Crew.Work call) throws Exception {
    try {
      call.run();
    } catch (OutcomeOpenException documented) {
      // As it should be.
    }
  }

  /** The log is being closed: the call succeeds, or says that it is closed. */
  static void doneClosed(Crew.Work call) throws Exception {
    try {
      call.run();
    } catch (DurabilityException e) {
      check(e.getClass() == DurabilityException.class && e.getMessage().contains("closed"), "" + e);
    }
  }

  /** After a failed sync nothing goes, and closing comes to its end. */
  void mustBePoisoned() throws IOException {
    for (Crew.Work call : new Crew.Work[] {() -> writer.append("late"), writer::sync}) {
      try {
        call.run();
        throw new AssertionError("a sync failed, and the log goes on");
      } catch (WriterPoisonedException documented) {
        // As it should be.
      } catch (Exception e) {
        throw new AssertionError("a sync failed, and a later call says " + e, e);
      }
    }
    try {
      writer.close();
    } catch (DurabilityException documented) {
      // Something that was appended is not durable.
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
