package dev.durability.segment;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameRun;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
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
 * Goes over many segments of a log on several threads, where no entry is wanted: a header tells all
 * that is needed to check the frames behind it. It judges nothing. It tells a {@link LogCursor} how
 * far it got in each segment, short of its END, and the cursor goes on from there: what stands
 * there, and whether the segments continue each other, is seen by the cursor alone.
 *
 * <p>The caller's thread takes part. The others are daemons, and are done with the files when
 * {@link #over} returns or throws.
 */
final class SegmentsAhead {
  static final String THREAD_NAME = "durability-ahead";

  private static final int THREADS_MAX = 4;

  private final Directory directory;
  private final List<SegmentName> segments;
  private final int windowBytes;
  private final AtomicInteger next = new AtomicInteger();
  private final Map<SegmentName, Passed> passed = new ConcurrentHashMap<>();
  private final Map<SegmentName, IOException> failed = new ConcurrentHashMap<>();

  /**
   * What was gone over in a segment.
   *
   * @param salt the segment's salt
   * @param offset the start of the first frame that was not gone over
   * @param nextId the id of the next entry there
   * @param promised the largest promise, 0 if there was none
   * @param lastStampMicros the last wall clock, 0 if there was none
   */
  public record Passed(int salt, long offset, long nextId, long promised, long lastStampMicros) {}

  private SegmentsAhead(Directory directory, List<SegmentName> segments, int windowBytes) {
    this.directory = directory;
    this.segments = segments;
    this.windowBytes = windowBytes;
  }

  /**
   * Goes over segments. None of them may be the last of a log: a writer may cut that one.
   *
   * @param windowBytes how much of a file each thread holds in memory
   */
  static SegmentsAhead over(Directory directory, List<SegmentName> segments, int windowBytes) {
    SegmentsAhead ahead = new SegmentsAhead(directory, segments, windowBytes);
    int threads = Math.min(Runtime.getRuntime().availableProcessors(), THREADS_MAX);
    List<CompletableFuture<Void>> others = new ArrayList<>();
    try {
      for (int i = 1; i < Math.min(threads, segments.size()); i++) {
        others.add(CompletableFuture.runAsync(ahead::work, SegmentsAhead::start));
      }
      ahead.work();
    } finally {
      ahead.next.set(segments.size());
      join(others);
    }
    return ahead;
  }

  /** Where there is no memory for a thread, the caller's does it. */
  private static void start(Runnable work) {
    Thread thread = new Thread(work, THREAD_NAME);
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError noThread) {
      work.run();
    }
  }

  /** Waits for all, whether or not the caller is interrupted meanwhile. */
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
      for (int i = next.getAndIncrement(); i < segments.size(); i = next.getAndIncrement()) {
        memory = pass(segments.get(i), memory);
      }
    } finally {
      if (memory != null) {
        memory.close();
      }
    }
  }

  /** Goes over a segment, in the memory that there is; returns that, or what was taken now. */
  private @Nullable FrameRun pass(SegmentName segment, @Nullable FrameRun known) {
    FrameRun memory = known;
    try (ReadFile file = directory.open(segment.path())) {
      FileHeader header = Coverage.readHeader(file, segment);
      if (header == null) {
        return memory;
      }
      if (memory == null) {
        memory =
            new FrameRun(file, FileType.SEGMENT, header.salt(), header.firstEntryId(), windowBytes);
      } else {
        memory.restart(file, header.salt(), header.firstEntryId());
      }
      passed.put(segment, pass(memory, header));
    } catch (IOException e) {
      failed.put(segment, e);
    }
    return memory;
  }

  private static Passed pass(FrameRun run, FileHeader header) throws IOException {
    long promised = 0;
    long lastStampMicros = 0;
    FrameRun.Step step;
    do {
      step = run.next();
      if (step == FrameRun.Step.MARK) {
        promised = Math.max(promised, run.promised());
        lastStampMicros = Math.max(lastStampMicros, run.wallClockMicros());
      } else if (step == FrameRun.Step.CHECKPOINT) {
        promised = Math.max(promised, run.promised());
      }
    } while (step != FrameRun.Step.STOP && step != FrameRun.Step.END);
    long end = run.offset() - (run.ended() ? FrameFormat.PROMISE_FRAME_BYTES : 0);
    return new Passed(header.salt(), end, run.nextId(), promised, lastStampMicros);
  }

  /**
   * Tells what was gone over in a segment.
   *
   * @return that, or null if nothing was
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
