package dev.durability.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar over bytes on a terminal, or nothing where there is none. */
final class Progress implements AutoCloseable {
  private static final int UPDATE_MILLIS = 200;

  private final @Nullable ProgressBar bar;
  private boolean closed;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /**
   * Starts to show progress.
   *
   * @param io where
   * @param task what is being done
   * @param bytes how much there is to do; unless it is positive, nothing is shown
   * @return the progress, at 0
   */
  static Progress start(CommandIo io, String task, long bytes) {
    if (!io.showsProgress() || bytes <= 0) {
      return new Progress(null);
    }
    // The library asks for the width only where it is not given, with much machinery.
    return new Progress(
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(bytes)
            .setUnit(" MiB", 1L << 20)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(UPDATE_MILLIS)
            .showSpeed()
            .setConsumer(new ConsoleProgressBarConsumer(io.err(), Math.max(40, io.columns() - 1)))
            .build());
  }

  /**
   * Goes on.
   *
   * @param bytes how many bytes more are done
   */
  void add(long bytes) {
    if (bar != null) {
      bar.stepBy(bytes);
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
