package dev.durability.pekko;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The persistence ids of a journal. */
final class IdsQuery extends Query<String> {
  private final int bufferMax;
  private int given;
  private int end = Integer.MAX_VALUE;

  IdsQuery(Callable<EventLog> opening, Executor reading, int bufferMax) {
    super(opening, reading, null);
    this.bufferMax = bufferMax;
  }

  @Override
  void begin(EventLog log, boolean isCurrentOnly) {
    if (isCurrentOnly) {
      end = log.index().size();
    }
  }

  @Override
  @Nullable List<String> next(EventLog log) {
    List<String> found = log.index().ids(given, Math.min(bufferMax, end - given));
    given += found.size();
    return found.isEmpty() ? null : found;
  }

  @Override
  boolean isAtEnd(EventLog log) {
    return given >= end;
  }
}
