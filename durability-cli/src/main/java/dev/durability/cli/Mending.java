package dev.durability.cli;

import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.LockHolding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to the files of a log and can be undone in a copy: names, text conversions, added
 * bytes, single bits. Each is told only after the log was looked at as it is without it. Changes
 * nothing.
 *
 * @param causes what happened
 * @param steps what undoes it, by commands that run in a copy
 * @param notes what can be undone only in part
 * @param files the log as it is then
 * @param look what there is to see of that
 */
record Mending(
    List<Explanation.Cause> causes,
    List<String> steps,
    List<String> notes,
    Directory files,
    LogLook look) {
  /** How commands name the copy that is mended. */
  static final String COPY = "COPY";

  /** What stands behind a damaged frame or header is seen once that is mended. */
  private static final int ROUNDS_MAX = 4;

  /** A file of it, for a shell. */
  static String inCopy(String path) {
    return ShellWord.of(COPY + "/" + path);
  }

  /**
   * One kind of what can be undone.
   *
   * @param causes what happened
   * @param steps what undoes it
   * @param notes what can be undone only in part
   * @param files the log without it
   */
  record Stage(
      List<Explanation.Cause> causes, List<String> steps, List<String> notes, Directory files) {}

  /**
   * Looks for all of it.
   *
   * @param path where the log is on this machine; null if it is on a store
   * @param now the present time
   * @return without causes if there is nothing that can be undone
   */
  static Mending of(Directory log, LogLook look, @Nullable Path path, Instant now)
      throws IOException {
    Mending mending = new Mending(List.of(), List.of(), List.of(), log, look);
    if (!isCalledFor(look)) {
      return mending;
    }
    return mending.with(MovedSegments.in(log, look, path), path, now).further(path, now);
  }

  /**
   * Looks for all of it in a log that has no segment where it looks for them.
   *
   * @param moved those that it has elsewhere
   */
  static Mending of(Stage moved, Path path, Instant now) throws IOException {
    LogLook look = LogLook.at(COPY, moved.files, path, now);
    return new Mending(moved.causes, moved.steps, moved.notes, moved.files, look)
        .further(path, now);
  }

  /** What can be undone once all segments are in their places. */
  private Mending further(@Nullable Path path, Instant now) throws IOException {
    Mending mending = this;
    for (int round = 1; round <= ROUNDS_MAX && isCalledFor(mending.look); round++) {
      int before = mending.causes.size();
      if (round > 1) {
        // Files elsewhere are in their places now; headers that were mended may have other names.
        mending = mending.with(MovedSegments.in(mending.files, mending.look, null), path, now);
      }
      mending = mending.with(TextConversion.in(mending.files, mending.look), path, now);
      mending = mending.with(AddedBytes.in(mending.files, mending.look), path, now);
      mending = mending.with(TurnedBits.in(mending.files, mending.look, round == 1), path, now);
      if (mending.causes.size() == before) {
        break;
      }
    }
    return mending;
  }

  /** Of a log that is being written, the end changes meanwhile. */
  private static boolean isCalledFor(LogLook look) {
    LogReport report = look.report();
    LockHolding holder = look.holder();
    boolean isIdle = holder == null || holder.state() == LockHolding.State.ENDED;
    return report != null
        && (report.verdict() == Verdict.CORRUPT
            || (isIdle && (report.verdict() != Verdict.CLEAN || look.isDamagedAndOpens())));
  }

  private Mending with(@Nullable Stage stage, @Nullable Path path, Instant now) throws IOException {
    if (stage == null) {
      return this;
    }
    return new Mending(
        both(causes, stage.causes),
        both(steps, stage.steps),
        both(notes, stage.notes),
        stage.files,
        stage.causes.isEmpty() ? look : LogLook.at(COPY, stage.files, path, now));
  }

  private static <T> List<T> both(List<T> some, List<T> more) {
    List<T> all = new ArrayList<>(some);
    more.stream().filter(each -> !some.contains(each)).forEach(all::add);
    return List.copyOf(all);
  }
}
