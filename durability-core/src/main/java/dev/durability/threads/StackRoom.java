package dev.durability.threads;

/**
 * Makes a call fail for lack of stack while nothing has happened yet, and not in the middle of what
 * cannot be undone: once a thread has given an entry its place, others may wait for it, and it must
 * be able to end what it began. A little more stack is used here than is needed for that.
 */
public final class StackRoom {
  private static final int LEVELS_OF_CALLBACKS = 64;
  private static final int LEVELS_OF_OPENING = 256;
  private static final int NARROW_LEVELS = 2;
  private static final int WIDE_LEVELS = 2;

  private StackRoom() {}

  /**
   * Throws {@link StackOverflowError} if the thread is about to run out of stack. Costs compiled
   * code next to nothing.
   *
   * @return nothing of use; the compiler cannot leave the work out
   */
  public static long prove() {
    return NarrowFrame.dig(NARROW_LEVELS);
  }

  /**
   * The same before what depends on a future is called: the JDK takes it off the future before it
   * calls it, and forgets it if the stack ends in between.
   *
   * @return nothing of use
   */
  public static long proveForCallbacks() {
    return dig(LEVELS_OF_CALLBACKS, 1, 2, 3, 4, 5, 6, 7, 8);
  }

  /**
   * The same at the start of a call, before anything happened. Taking a lock, giving it up and
   * waking a waiter need stack: if it ends in the middle of one of these, the lock stays held or
   * the JDK forgets the waiter. Costs compiled code next to nothing.
   *
   * @return nothing of use
   */
  public static long proveForCall() {
    return WideFrame.dig(WIDE_LEVELS);
  }

  /**
   * The same before a log is opened: whoever opened it must be able to build on it what it is for,
   * and to close it if that fails. The room that is proven here is there again after opening
   * returned, since the caller stands above.
   *
   * @return nothing of use
   */
  public static long proveForOpening() {
    return dig(LEVELS_OF_OPENING, 1, 2, 3, 4, 5, 6, 7, 8);
  }

  /** The parameters take room in each frame, also in compiled code. */
  private static long dig(
      int levels, long a, long b, long c, long d, long e, long f, long g, long h) {
    return levels == 0 ? a ^ h : dig(levels - 1, b, c, d, e, f, g, h, a) + 1;
  }
}
