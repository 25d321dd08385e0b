package dev.durability.pekko;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * One run of a query: reads what there is, and waits for more.
 *
 * @param <T> what the stream consists of
 */
abstract class Query<T> {
  private final Callable<EventLog> opening;
  private final Executor reading;
  private final @Nullable String persistenceId;
  private boolean isCurrentOnly;
  private volatile @Nullable EventLog log;
  private volatile Subscriptions.@Nullable Subscription subscription;
  private volatile boolean stopped;

  /**
   * Prepares a run.
   *
   * @param opening opens the log
   * @param reading runs what waits for the disk
   * @param persistenceId whose events can add something, or null for all
   */
  Query(Callable<EventLog> opening, Executor reading, @Nullable String persistenceId) {
    this.opening = opening;
    this.reading = reading;
    this.persistenceId = persistenceId;
  }

  /** Ends the stream after what is there when it begins. */
  Query<T> currentOnly() {
    isCurrentOnly = true;
    return this;
  }

  /** Begins: everything that was acknowledged can be read. */
  abstract void begin(EventLog log, boolean isCurrentOnly);

  /** Reads what there is; null if there is nothing. */
  abstract @Nullable List<T> next(EventLog log) throws IOException;

  /** Whether nothing can come any more, after {@link #next} found nothing. */
  abstract boolean isAtEnd(EventLog log);

  /** The stream, for one run. */
  Source<T, NotUsed> source() {
    return Source.unfoldAsync(this, Query::pulled)
        .mapConcat(each -> each)
        .watchTermination(
            (before, end) -> {
              CompletionStage<?> unused = end.whenComplete((done, failure) -> stop());
              return NotUsed.getInstance();
            });
  }

  private CompletionStage<Optional<Pair<Query<T>, List<T>>>> pulled() {
    if (log != null) {
      return onReading(this::step);
    }
    return onReading(
        () -> {
          EventLog opened = opening.call();
          log = opened;
          subscription = opened.subscriptions().to(persistenceId);
          return opened
              .settled()
              .thenComposeAsync(
                  done -> {
                    begin(opened, isCurrentOnly);
                    return onReading(this::step);
                  },
                  reading);
        });
  }

  private CompletionStage<Optional<Pair<Query<T>, List<T>>>> step() throws IOException {
    if (stopped) {
      stop(); // It was stopped before it had subscribed.
      return CompletableFuture.completedFuture(Optional.empty());
    }
    EventLog opened = Objects.requireNonNull(log);
    CompletableFuture<Void> more = Objects.requireNonNull(subscription).arm();
    List<T> found = next(opened);
    if (found != null) {
      return CompletableFuture.completedFuture(Optional.of(Pair.create(this, found)));
    }
    if (isCurrentOnly || isAtEnd(opened)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return more.thenCompose(woken -> onReading(this::step));
  }

  private void stop() {
    stopped = true;
    Subscriptions.Subscription subscribed = subscription;
    if (subscribed != null) {
      subscribed.close();
    }
  }

  private <R> CompletionStage<R> onReading(Callable<CompletionStage<R>> work) {
    return CompletableFuture.supplyAsync(
            () -> {
              try {
                return work.call();
              } catch (RuntimeException e) {
                throw e;
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            },
            reading)
        .thenCompose(stage -> stage);
  }
}
