package dev.durability.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on a terminal, or nothing where there is none. */
final class Progress implements AutoCloseable {
  private static final int UPDATE_MILLIS = 200;

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
   * @param bytes how much there is to do; unless it is positive, nothing is shown
   * @return the progress, at 0
   */
  static Progress start(CommandIo io, String task, long bytes) {
    return new Progress(
        io.showsProgress() && bytes > 0
            ? builder(io, task, bytes).setUnit(" MiB", 1L << 20).showSpeed().build()
            : null);
  }

  /**
   * Starts to show progress over steps of any kind.
   *
   * @param io where
   * @param task what is being done
   * @param unit what a step is
   * @param steps how many there are
   * @return the progress, at 0
   */
  static Progress ofSteps(CommandIo io, String task, String unit, long steps) {
    return new Progress(
        io.showsProgress()
            ? builder(io, task, steps).setUnit(" " + unit, 1).hideEta().build()
            : null);
  }

  private static ProgressBarBuilder builder(CommandIo io, String task, long max) {
    // The library asks for the width only where it is not given, with much machinery.
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(max)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(UPDATE_MILLIS)
        .setConsumer(new ConsoleProgressBarConsumer(io.err(), Math.max(40, io.columns() - 1)));
  }

  /**
   * Goes on.
   *
   * @param count how many bytes or steps more are done
   */
  void add(long count) {
    if (bar != null) {
      bar.stepBy(count);
    }
  }

  /**
   * Goes on to a step.
   *
   * @param step how many steps are done, at most all of them
   */
  void reach(long step) {
    if (bar != null) {
      bar.stepTo(Math.min(step, bar.getMax()));
    }
  }

  /**
   * Tells what is being done now.
   *
   * @param message shown behind the bar
   */
  void say(String message) {
    if (bar != null) {
      bar.setExtraMessage(" " + message);
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
