package dev.durability.cli;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarRenderer;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/**
 * A progress bar on a terminal. Elsewhere nothing or, if it is wanted, the same as a line every few
 * seconds.
 */
final class Progress implements AutoCloseable {
  private static final int UPDATE_MILLIS = 200;
  private static final int LINE_MILLIS = 5_000;

  /** Less than this is done before a user could read the line. */
  private static final long BYTES_MIN = 1 << 20;

  private static final String SEPARATOR = ", ";

  private final @Nullable ProgressBar bar;
  private boolean closed;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Starts to show progress over bytes, with their speed.
   *
   * @param io where
   * @param task what is being done
   * @param bytes how much there is to do; if it is -1 for unknown, nothing is shown. Nor is
   *     anything below a mebibyte, unless it is wanted
   * @return the progress, at 0
   */
  static Progress start(CommandIo io, String task, long bytes) {
    boolean isWorthIt = io.wantsProgress() ? bytes >= 0 : io.showsProgress() && bytes >= BYTES_MIN;
    if (!isWorthIt) {
      return new Progress(null);
    }
    return show(
        io,
        Math.max(1, bytes),
        new ProgressBarRenderer() {
          @Override
          public String render(ProgressState state, int columns) {
            Duration time = state.getElapsedAfterStart();
            double seconds = time.toMillis() / 1e3;
            long done = Math.min(state.getCurrent(), state.getMax()); // Damage is read again.
            return ProgressLine.ofBytes(task, done, state.getMax(), seconds, columns);
          }
        });
  }

  /**
   * Starts to show progress over steps of any kind.
   *
   * @param io where
   * @param task what is being done
   * @param unit what a step is
   * @param steps how many there are, at least 1
   * @return the progress, at 0
   */
  static Progress ofSteps(CommandIo io, String task, String unit, long steps) {
    if (!io.showsProgress()) {
      return new Progress(null);
    }
    return show(
        io,
        steps,
        new ProgressBarRenderer() {
          @Override
          public String render(ProgressState state, int columns) {
            String message = state.getExtraMessage();
            return ProgressLine.ofSteps(
                task,
                unit,
                state.getCurrent(),
                state.getMax(),
                message.isEmpty() ? List.of() : List.of(message.split(SEPARATOR, -1)),
                columns);
          }
        });
  }

  private static Progress show(CommandIo io, long max, ProgressBarRenderer renderer) {
    // Without a width the library looks it up, which takes long.
    return new Progress(
        new ProgressBarBuilder()
            .setInitialMax(max)
            .setRenderer(renderer)
            .setUpdateIntervalMillis(io.showsProgress() ? UPDATE_MILLIS : LINE_MILLIS)
            .setConsumer(
                io.showsProgress()
                    ? new ConsoleProgressBarConsumer(io.err(), io.columns() - 1)
                    : lines(io))
            .build());
  }

  private static ProgressBarConsumer lines(CommandIo io) {
    return new DelegatingProgressBarConsumer(
        new Consumer<String>() {
          private boolean isAtEnd;

          @Override
          public void accept(String line) {
            if (!isAtEnd) { // The bar is drawn once more when it is closed.
              io.err().println(line.stripTrailing());
            }
            isAtEnd = line.contains("100%");
          }
        },
        io.textColumns());
  }

  /** Whether anything is shown: if not, nobody need count. */
  boolean isShown() {
    return bar != null;
  }

  /**
   * Adds to the progress.
   *
   * @param count how many bytes or steps more are done
   */
  void add(long count) {
    if (bar != null) {
      bar.stepBy(count);
    }
  }

  /**
   * Moves to a step.
   *
   * @param step how many steps are done, at most all of them
   */
  void reach(long step) {
    if (bar != null) {
      bar.stepTo(Math.min(step, bar.getMax()));
    }
  }

  /**
   * Shows what is being done now.
   *
   * @param message shown after the bar: those of its comma-separated parts that fit
   */
  void say(String message) {
    if (bar != null) {
      bar.setExtraMessage(message);
    }
  }

  /** Shows the last state and ends the line. May be called again. */
  @Override
  public void close() {
    if (bar != null && !closed) {
      closed = true;
      bar.close();
    }
  }
}
