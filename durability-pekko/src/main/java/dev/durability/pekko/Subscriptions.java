package dev.durability.pekko;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Wakes queries that wait for events. Any number of threads. */
final class Subscriptions {
  /** Those that wait for events of one id; and, under no id, for any. */
  private final Map<String, Set<Subscription>> ofIds = new ConcurrentHashMap<>();

  private final Set<Subscription> ofAll = ConcurrentHashMap.newKeySet();

  /**
   * Subscribes.
   *
   * @param persistenceId whose events are waited for, or null for all
   */
  Subscription to(@Nullable String persistenceId) {
    Subscription added = new Subscription(persistenceId);
    if (persistenceId == null) {
      boolean unused = ofAll.add(added);
    } else {
      ofIds.compute(
          persistenceId,
          (id, known) -> {
            Set<Subscription> all = known == null ? ConcurrentHashMap.newKeySet() : known;
            boolean unused = all.add(added);
            return all;
          });
    }
    return added;
  }

  /** Events of an id can be read now. */
  void wake(String persistenceId) {
    ofAll.forEach(Subscription::wake);
    if (!ofIds.isEmpty()) {
      ofIds.getOrDefault(persistenceId, Set.of()).forEach(Subscription::wake);
    }
  }

  /** One query. */
  final class Subscription {
    private final @Nullable String persistenceId;
    private volatile CompletableFuture<Void> signal = new CompletableFuture<>();

    private Subscription(@Nullable String persistenceId) {
      this.persistenceId = persistenceId;
    }

    /**
     * Arms the signal. What can be read when this returns is not signalled; what comes after is.
     *
     * @return completes when there may be something new
     */
    CompletableFuture<Void> arm() {
      CompletableFuture<Void> armed = new CompletableFuture<>();
      signal = armed;
      return armed;
    }

    private void wake() {
      signal.complete(null);
    }

    void close() {
      wake();
      if (persistenceId == null) {
        boolean unused = ofAll.remove(this);
        return;
      }
      ofIds.computeIfPresent(
          persistenceId,
          (id, all) -> {
            boolean unused = all.remove(this);
            return all.isEmpty() ? null : all;
          });
    }
  }
}
