package dev.durability.segment;

import dev.durability.frame.FrameRun;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The memory of runs over one segment after another. They share one window as long as it is large
 * enough, so memory does not add up.
 */
final class RunMemory implements Closeable {
  private final int windowBytesMax;
  private @Nullable FrameRun run;
  private int windowBytes;

  /** Takes at most {@code windowBytesMax} bytes at a time, and none yet. */
  RunMemory(int windowBytesMax) {
    this.windowBytesMax = windowBytesMax;
  }

  /** The run over a segment. The run before must not be used any more. */
  FrameRun runOf(Segment segment) throws IOException {
    int wanted = Math.min(windowBytesMax, segment.windowBytes());
    FrameRun known = run;
    if (known != null && windowBytes >= wanted) {
      return segment.runIn(known);
    }
    close();
    FrameRun larger = segment.run(wanted);
    run = larger;
    windowBytes = wanted;
    return larger;
  }

  int windowBytesMax() {
    return windowBytesMax;
  }

  @Override
  public void close() {
    FrameRun closing = run;
    run = null; // A closed run must not be used again, whatever happens next.
    if (closing != null) {
      closing.close();
    }
  }
}
