package dev.durability.segment;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameRun;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Checks many segments of a log on several threads, if entries are only skipped: the header of a
 * segment is enough to check the frames after it. It does not judge. It tells a {@link LogCursor}
 * how far the frames of each segment are valid, up to but without its END, and the cursor goes on
 * from there. Only the cursor checks what follows, and whether the segments continue each other.
 *
 * <p>The caller's thread takes part. The others are daemon threads, and have closed their files
 * when {@link #over} returns or throws.
 */
final class SegmentsAhead {
  static final String THREAD_NAME = "durability-ahead";

  private static final int THREADS_MAX = 4;

  private final Directory directory;
  private final LogListing listing;
  private final int end;
  private final int windowBytes;
  private final AtomicInteger next;
  private final Map<SegmentName, Passed> passed = new ConcurrentHashMap<>();
  private final Map<SegmentName, IOException> failed = new ConcurrentHashMap<>();

  /**
   * How far a segment was checked.
   *
   * @param salt the segment's salt
   * @param offset the start of the first frame that was not checked
   * @param nextId the id of the next entry there
   * @param promised the largest promise, 0 if there was none
   * @param lastStampMicros the last wall clock, 0 if there was none
   */
  record Passed(int salt, long offset, long nextId, long promised, long lastStampMicros) {}

  private SegmentsAhead(
      Directory directory, LogListing listing, int start, int end, int windowBytes) {
    this.directory = directory;
    this.listing = listing;
    this.end = end;
    this.windowBytes = windowBytes;
    this.next = new AtomicInteger(start);
  }

  /**
   * Checks segments. None of them may be the last of a log: a writer may cut that one.
   *
   * @param start the index of the first of them in the listing
   * @param end the index after the last of them
   * @param windowBytes how much of a file each thread holds in memory
   */
  static SegmentsAhead over(
      Directory directory, LogListing listing, int start, int end, int windowBytes) {
    SegmentsAhead ahead = new SegmentsAhead(directory, listing, start, end, windowBytes);
    int threads = Math.min(Runtime.getRuntime().availableProcessors(), THREADS_MAX);
    List<CompletableFuture<Void>> others = new ArrayList<>();
    try {
      for (int i = 1; i < Math.min(threads, end - start); i++) {
        others.add(CompletableFuture.runAsync(ahead::work, SegmentsAhead::start));
      }
      ahead.work();
    } finally {
      ahead.next.set(end);
      join(others);
    }
    return ahead;
  }

  /** If there is no memory for a thread, the caller's thread does it. */
  private static void start(Runnable work) {
    Thread thread = new Thread(work, THREAD_NAME);
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError noThread) {
      work.run();
    }
  }

  /** Waits for all, even if the caller is interrupted meanwhile. */
  private static void join(List<CompletableFuture<Void>> others) {
    try {
      CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  private void work() {
    FrameRun memory = null;
    try {
      for (int i = next.getAndIncrement(); i < end; i = next.getAndIncrement()) {
        memory = pass(i, memory);
      }
    } finally {
      if (memory != null) {
        memory.close();
      }
    }
  }

  /** Checks a segment in the memory that there is; returns that, or the memory taken now. */
  private @Nullable FrameRun pass(int index, @Nullable FrameRun known) {
    SegmentName name = listing.segments().get(index);
    FrameRun memory = known;
    try (Segment segment = Segment.openGood(directory, name)) {
      if (segment == null) {
        return memory;
      }
      memory = memory == null ? segment.run(windowBytes) : segment.runIn(memory);
      memory.endAfter(listing.lastIdOf(directory, index, segment.header().logId()));
      passed.put(name, pass(memory, segment.header()));
    } catch (IOException e) {
      failed.put(name, e);
    }
    return memory;
  }

  private static Passed pass(FrameRun run, FileHeader header) throws IOException {
    FrameRun.Step step;
    do {
      step = run.next();
    } while (step != FrameRun.Step.STOP && step != FrameRun.Step.END);
    long passedTo = run.offset() - (run.ended() ? FrameFormat.PROMISE_FRAME_BYTES : 0);
    return new Passed(
        header.salt(), passedTo, run.nextId(), run.promisedThrough(), run.lastStampMicros());
  }

  /**
   * Tells how far a segment was checked.
   *
   * @return that, or null if it was not
   * @throws IOException if the segment could not be read
   */
  @Nullable Passed in(SegmentName segment) throws IOException {
    IOException failure = failed.get(segment);
    if (failure != null) {
      throw failure;
    }
    return passed.get(segment);
  }
}
