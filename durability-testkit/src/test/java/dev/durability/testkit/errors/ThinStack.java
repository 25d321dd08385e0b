package dev.durability.testkit.errors;

import dev.durability.testkit.errors.Calls.Kind;
import dev.durability.testkit.errors.Calls.Step;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets one call be made with almost no stack left: at the bottom of a recursion, some frames above
 * the one that overflowed. It has to run interpreted: then its frames have one size.
 */
final class ThinStack {
  private static final long STACK_BYTES = 192 << 10;

  private static volatile @Nullable ThinStack armed;

  private final Kind kind;
  private final AtomicInteger callsBefore;
  private final int frames;
  private final int paddings;
  private volatile @Nullable Throwable thrown;
  private volatile boolean isDone;

  private ThinStack(Kind kind, int nth, int frames, int paddings) {
    this.kind = kind;
    this.callsBefore = new AtomicInteger(nth);
    this.frames = frames;
    this.paddings = paddings;
  }

  /**
   * The nth call of a kind will be made with so much stack.
   *
   * @param frames how many frames of this class, of about 100 bytes each, would have fitted
   * @param paddings how many smaller frames come first, to get at the sizes in between
   */
  static ThinStack arm(Kind kind, int nth, int frames, int paddings) {
    ThinStack thin = new ThinStack(kind, nth, frames, paddings);
    armed = thin;
    return thin;
  }

  /** Whether the call was made. */
  boolean isDone() {
    return isDone;
  }

  /** Whether the call was made, and had stack enough. */
  boolean hadEnough() {
    return isDone && thrown == null;
  }

  /** Makes a call, with little stack if it is the one that is to have little. */
  static void run(Kind kind, Step call) throws Exception {
    ThinStack thin = armed;
    if (thin == null || kind != thin.kind || thin.callsBefore.decrementAndGet() != 0) {
      call.run();
    } else {
      thin.runDeep(call);
    }
  }

  private void runDeep(Step call) throws Exception {
    Thread thread = new Thread(null, () -> dive(0, call), "caller deep", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    thread.join();
    Throwable e = thrown;
    if (e instanceof Error error) {
      throw error;
    } else if (e instanceof Exception exception) {
      throw exception;
    }
  }

  @SuppressWarnings("InfiniteRecursion")
  private int dive(int depth, Step call) {
    int bottom;
    try {
      bottom = dive(depth + 1, call);
    } catch (StackOverflowError e) {
      bottom = depth;
    }
    if (bottom - depth == frames) {
      isDone = true;
      try {
        pad(paddings, call);
      } catch (Throwable e) {
        thrown = e;
      }
    }
    return bottom;
  }

  private static void pad(int left, Step call) throws Exception {
    if (left == 0) {
      call.run();
    } else {
      pad(left - 1, call);
    }
  }
}
