package dev.durability.pekko;

import com.typesafe.config.Config;
import dev.durability.errors.CodecException;
import dev.durability.errors.LockHeldException;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * The journal plugin {@code pekko.persistence.journal.durability}. All persistence ids share one
 * log.
 *
 * <p><b>Durability.</b> A write is acknowledged when it survives the loss of power, unless {@code
 * fsync} is off. Writes that arrive during a sync share the next one. The events of one atomic
 * write are recovered together or not at all.
 *
 * <p><b>Rejected</b> is a write that cannot be serialized, or is larger than {@code
 * atomic-write-bytes-max}: it is not stored. <b>Failed</b> is a write that could not be made
 * durable; it may be found by the next recovery. After a failed sync all writes fail until the
 * actor system is started again.
 *
 * <p><b>A directory that another journal uses</b>, in this process or another, makes all calls fail
 * with {@link LockHeldException} until it is free.
 */
public final class Journal extends AsyncWriteJournal {
  private final Config config;
  private final String path;
  private final ExtendedActorSystem system;
  private final LoggingAdapter logging;
  private final Payloads payloads;
  private final Executor replaying;
  private final Clock clock = Clock.systemUTC();
  private @Nullable EventLog log;
  private @Nullable IOException failure;

  /**
   * Creates the plugin; Pekko does so.
   *
   * @param config its settings
   * @param path where they are
   */
  public Journal(Config config, String path) {
    this.config = config;
    this.path = path;
    this.system = (ExtendedActorSystem) context().system();
    this.logging = Logging.getLogger(system, Journal.class);
    this.payloads = new Payloads(system);
    this.replaying = system.dispatchers().lookup(config.getString("replay-dispatcher"));
  }

  @Override
  public void preStart() throws Exception {
    super.preStart();
    try {
      EventLog unused = log();
    } catch (IOException e) {
      // Not thrown: the plugin would end, and actors would wait for it without knowing why.
      logging.error(e, "the journal {} cannot be opened", path);
    }
  }

  /** The open log. Only a lock that is held is tried again: anything else needs someone to act. */
  private EventLog log() throws IOException {
    if (failure != null) {
      throw failure;
    }
    if (log == null) {
      try {
        log = Journals.of(system).open(path, config);
      } catch (LockHeldException e) {
        throw e;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
    return log;
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    return scala(write(messages));
  }

  private CompletionStage<Iterable<Optional<Exception>>> write(Iterable<AtomicWrite> messages) {
    List<Optional<Exception>> results = new ArrayList<>();
    List<Entry.Write> writes = new ArrayList<>();
    long now = clock.millis();
    for (AtomicWrite each : messages) {
      try {
        writes.add(payloads.write(each, now));
        results.add(Optional.empty());
      } catch (Exception e) {
        results.add(Optional.of(e)); // Whatever a serializer throws.
      }
    }
    CompletableFuture<?>[] settled = new CompletableFuture<?>[writes.size()];
    int next = 0;
    try {
      EventLog opened = log();
      for (int i = 0; i < results.size(); i++) {
        if (results.get(i).isEmpty()) {
          try {
            settled[next] = opened.append(writes.get(next));
          } catch (IllegalArgumentException | CodecException e) {
            results.set(i, Optional.of(e)); // Too large, or no text: nothing was appended.
            settled[next] = CompletableFuture.completedFuture(null);
          }
          next++;
        }
      }
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    return CompletableFuture.allOf(settled).thenApply(all -> results);
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    CompletableFuture<Void> deleted;
    try {
      deleted = log().append(new Entry.Delete(persistenceId, Math.max(0, toSequenceNr)));
    } catch (IOException | RuntimeException e) {
      deleted = CompletableFuture.failedFuture(e);
    }
    return scala(deleted);
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    CompletableFuture<Long> highest;
    try {
      EventLog opened = log();
      // An actor that is started again must see what the one before it wrote.
      highest = opened.settled().thenApply(done -> opened.index().highest(persistenceId));
    } catch (IOException | RuntimeException e) {
      highest = CompletableFuture.failedFuture(e);
    }
    return scala(highest);
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Consumer<PersistentRepr> replayCallback) {
    CompletableFuture<Void> replayed = new CompletableFuture<>();
    try {
      EventReader reader = log().reader();
      replaying.execute(
          () -> {
            try {
              reader.read(
                  persistenceId,
                  fromSequenceNr,
                  toSequenceNr,
                  max,
                  event -> replayCallback.accept(payloads.repr(persistenceId, event)));
              replayed.complete(null);
            } catch (Throwable e) { // Also what a serializer throws without declaring it.
              replayed.completeExceptionally(e);
            }
          });
    } catch (IOException | RuntimeException e) {
      replayed.completeExceptionally(e);
    }
    return scala(replayed);
  }

  private static <T> Future<T> scala(CompletionStage<T> stage) {
    return FutureConverters.asScala(stage);
  }
}
