package dev.durability.callbacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.errors.DurabilityException;
import dev.durability.testkit.Fault.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Every callback that users may install, with every call of the API in it, made at several times of
 * a life: no call waits for itself. It works, or throws IllegalStateException, or what it throws
 * anyway. Then everything acknowledged is there, and the lock is free. {@code
 * -Ddurability.callbacks.all=true} tries each pair at more moments.
 */
@SuppressWarnings("CatchAndPrintStackTrace")
abstract class CallbackPairs {
  /** Whether the callback is taken from each step of a life on, or from every third. */
  private static final boolean EVERY_STEP = Boolean.getBoolean("durability.callbacks.all");

  /** How often a callback may not come: which thread leads a round is a matter of timing. */
  private static final int ATTEMPTS = 50;

  private Thread.@Nullable UncaughtExceptionHandler before;
  private int pairs;
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();

  @BeforeEach
  void keepHandler() {
    before = Thread.getDefaultUncaughtExceptionHandler();
  }

  @AfterEach
  void restoreHandler() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  /** Leads a life in which a call is made from a callback. */
  private static <L extends Life> void lead(L life, Call<? super L> call) throws Exception {
    Hook hook = life.hook;
    hook.call =
        () -> {
          try {
            call.on(life);
          } catch (Throwable e) {
            hook.thrown = e;
          }
        };
    life.open();
    List<Life.Step> steps = life.steps();
    for (int i = 0; i < steps.size(); i++) {
      hook.step = i;
      try {
        steps.get(i).run();
      } catch (DurabilityException | IllegalStateException | ExecutionException e) {
        hook.refused = e; // The call closed it, or its callback failed.
      } catch (IOException e) {
        if (!String.valueOf(e.getMessage()).contains("closed")) {
          throw e;
        }
      }
    }
    hook.step = steps.size();
    life.close();
    life.directory.makeRoom();
  }

  /** Tries a pair. Returns whether the callback came. */
  private <L extends Life> boolean attempt(String pair, L life, Call<? super L> call)
      throws Exception {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    Thread caller =
        new Thread(
            () -> {
              try {
                lead(life, call);
              } catch (Throwable e) {
                failures.add(e);
              }
            },
            "caller");
    caller.setDaemon(true);
    caller.start();
    caller.join(TimeUnit.SECONDS.toMillis(Life.WATCHDOG_SECONDS));
    if (caller.isAlive()) {
      wrong.add(pair + ": hangs at " + List.of(caller.getStackTrace()));
      return true;
    }
    if (!life.hook.fired.get()) {
      return false;
    }
    Throwable thrown = life.hook.thrown;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Life.WATCHDOG_SECONDS);
    while (!life.hook.ended && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    if (!life.hook.ended) {
      wrong.add(pair + ": the call does not return");
    } else if (thrown != null && !isAllowed(thrown)) {
      wrong.add(pair + ": the call threw " + thrown + " at " + thrown.getStackTrace()[0]);
    }
    outcomes.merge(
        thrown == null ? "returned" : thrown.getClass().getSimpleName(), 1, Integer::sum);
    failures.stream()
        .filter(e -> !(e instanceof DurabilityException))
        .forEach(e -> wrong.add(pair + ": the life failed with " + e + ", " + life.hook.refused));
    checkWhatIsThere(pair, life);
    return true;
  }

  private void checkWhatIsThere(String pair, Life life) {
    try {
      List<String> missing = new ArrayList<>(life.acknowledged);
      missing.removeAll(life.reopened());
      if (!missing.isEmpty()) {
        wrong.add(pair + ": " + missing.size() + " acknowledged entries are missing");
      }
    } catch (IOException | AssertionError e) {
      wrong.add(pair + ": opening it again: " + e);
    }
  }

  private static boolean isAllowed(Throwable e) {
    Throwable cause =
        (e instanceof ExecutionException || e instanceof CompletionException)
                && e.getCause() != null
            ? e.getCause()
            : e;
    return cause instanceof IllegalStateException
        || cause instanceof IOException
        || cause instanceof IllegalArgumentException;
  }

  interface Birth<L extends Life> {
    L life(Hook hook);
  }

  <L extends Life> void tryAll(
      Birth<L> birth, List<String> callbacks, Map<String, Call<? super L>> calls, int steps)
      throws Exception {
    List<String> never = new ArrayList<>();
    for (String callback : callbacks) {
      boolean came = false;
      for (int left = ATTEMPTS; !came && left > 0; left--) {
        came = tryOne(birth, callback, calls, steps);
      }
      if (!came) {
        never.add(callback);
      }
    }
    System.out.println(
        "callbacks: "
            + callbacks.size()
            + " kinds, "
            + calls.size()
            + " calls, "
            + pairs
            + " pairs; the calls "
            + outcomes);
    assertThat(wrong).isEmpty();
    assertThat(never).as("callbacks that never came").isEmpty();
  }

  /** Tries a callback with each call, from several steps on. Returns whether it came. */
  private <L extends Life> boolean tryOne(
      Birth<L> birth, String callback, Map<String, Call<? super L>> calls, int steps)
      throws Exception {
    boolean came = false;
    for (int step = -1; step <= steps; step += EVERY_STEP ? 1 : 3) {
      for (var call : calls.entrySet()) {
        String pair = call.getKey() + " in " + callback + " from step " + step;
        boolean reached = attempt(pair, birth.life(new Hook(callback, step)), call.getValue());
        if (!reached) {
          break; // With other calls it does not come either: what comes before is the same.
        }
        pairs++;
        came = true;
      }
    }
    return came;
  }

  static List<String> storageCallbacks(Operation... operations) {
    List<String> names = new ArrayList<>();
    for (Operation each : operations) {
      names.add("storage " + each);
    }
    return names;
  }
}
