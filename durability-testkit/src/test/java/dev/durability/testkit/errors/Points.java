package dev.durability.testkit.errors;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * The points of the library at which an Error can be thrown: before and after each call, and before
 * each allocation. Instrumented classes call {@link #reach}. One point at a time is armed; it
 * throws once. There is one of this class for all class loaders.
 */
public final class Points {
  private static final int POINTS_MAX = 1 << 16;

  /** Which thread reaches a point: what it may leave behind differs. */
  enum By {
    CALLER("caller"),
    LOG("durability-wal"),
    SEGMENTS("durability-segments"),
    AHEAD("durability-ahead"),
    CHECKPOINT("durability-checkpoint"),
    /** Whoever judges what was left: nothing is thrown there. */
    JUDGE("");

    private final String threadName;

    By(String threadName) {
      this.threadName = threadName;
    }

    static By current() {
      String name = Thread.currentThread().getName();
      for (By by : values()) {
        if (name.startsWith(by.threadName)) {
          return by;
        }
      }
      return JUDGE;
    }
  }

  /**
   * A point in the code.
   *
   * @param name the class and method, and the how manieth point of that name this is
   * @param what what comes next, and the line
   */
  record Point(String name, String what) {}

  /**
   * A point, and the thread that reaches it.
   *
   * @param point its number in this run of the JVM
   */
  record Site(int point, By by) {
    String name() {
      return POINTS.get(point).name() + "@" + by;
    }

    String method() {
      return name().substring(0, name().indexOf(':'));
    }

    @Override
    public String toString() {
      return name() + " " + POINTS.get(point).what();
    }
  }

  /** A site that throws, once: when it is reached for the last of so many times. */
  private static final class Armed {
    private final Site site;
    private final AtomicInteger left;
    private final Error error;
    private volatile boolean isThrown;

    Armed(Site site, int occurrence, Error error) {
      this.site = site;
      this.left = new AtomicInteger(occurrence);
      this.error = error;
    }

    void reached() {
      if (By.current() == site.by() && left.decrementAndGet() == 0) {
        error.setStackTrace(new Throwable().getStackTrace());
        isThrown = true;
        throw error;
      }
    }
  }

  private static final List<Point> POINTS = new ArrayList<>();
  private static final Map<String, Integer> NUMBERS = new HashMap<>();
  private static final Map<By, AtomicIntegerArray> COUNTS = new EnumMap<>(By.class);

  static {
    for (By by : By.values()) {
      COUNTS.put(by, new AtomicIntegerArray(POINTS_MAX));
    }
  }

  private static volatile boolean counting;
  private static volatile boolean judging;
  private static volatile @Nullable Armed armed;

  private Points() {}

  /** {@return the number of a point, the same in each library} */
  static synchronized int add(String name, String what) {
    Integer known = NUMBERS.putIfAbsent(name, POINTS.size());
    if (known != null) {
      return known;
    }
    POINTS.add(new Point(name, what));
    return POINTS.size() - 1;
  }

  static String what(Site site) {
    return POINTS.get(site.point()).what();
  }

  /** Called by instrumented code. */
  public static void reach(int point) {
    Armed now = armed;
    if (judging) {
      return; // Also on the threads of a log that the judge opens.
    }
    if (now != null && now.site.point() == point) {
      now.reached();
    } else if (counting) {
      counts(By.current()).incrementAndGet(point);
    }
  }

  /** What is called from here on judges what was left, or does no more. */
  public static void judge(boolean begins) {
    judging = begins;
  }

  private static AtomicIntegerArray counts(By by) {
    return Objects.requireNonNull(COUNTS.get(by));
  }

  static synchronized void startCounting() {
    for (By by : By.values()) {
      for (int point = 0; point < POINTS.size(); point++) {
        counts(by).set(point, 0);
      }
    }
    counting = true;
  }

  /** {@return how often each site was reached since counting started} */
  static synchronized Map<Site, Integer> reached() {
    counting = false;
    Map<Site, Integer> reached = new LinkedHashMap<>();
    for (int point = 0; point < POINTS.size(); point++) {
      for (By by : By.values()) {
        int count = counts(by).get(point);
        if (count > 0 && by != By.JUDGE) {
          reached.put(new Site(point, by), count);
        }
      }
    }
    return reached;
  }

  /** Lets a site throw when it is reached for the nth time. */
  static void arm(Site site, int occurrence, Error error) {
    armed = new Armed(site, occurrence, error);
  }

  /** No site throws any more. {@return the Error, if it was thrown} */
  static @Nullable Error disarm() {
    Error thrown = thrown();
    armed = null;
    return thrown;
  }

  /** {@return whether a site is armed} */
  public static boolean isArmed() {
    return armed != null;
  }

  /** {@return the Error that the armed site threw, or null} */
  public static @Nullable Error thrown() {
    Armed now = armed;
    return now != null && now.isThrown ? now.error : null;
  }
}
