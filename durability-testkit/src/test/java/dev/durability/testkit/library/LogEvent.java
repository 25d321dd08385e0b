package dev.durability.testkit.library;

import java.util.List;
import java.util.NavigableMap;

/** What a workload on a log notes. */
sealed interface LogEvent {

  /** These entries are about to be appended, as one batch. */
  record Attempted(List<String> batch) implements LogEvent {}

  /** They were, and have the ids up to this one. */
  record Appended(long lastId, List<String> batch) implements LogEvent {}

  /** Everything up to this entry survives the death of the process. */
  record Flushed(long id) implements LogEvent {}

  /** Everything up to this entry survives the loss of power. */
  record Acknowledged(long id) implements LogEvent {}

  /** A checkpoint up to this entry is durable, and the log knows it. */
  record Covered(long id) implements LogEvent {}

  /** A writer was opened: this is what the log holds from now on, and what it does not for good. */
  record Recovered(long intact, NavigableMap<Long, String> found) implements LogEvent {}

  /** Under this name bytes are kept for good: some that were cut off, or a checkpoint. */
  record Kept(String path, long size) implements LogEvent {}

  /** These files were removed, durably. */
  record Removed(List<String> paths) implements LogEvent {}
}
