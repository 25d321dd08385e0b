package dev.durability.bookkeeper;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;

/** A session whose connection is lost during a chosen request. */
final class FaultyKeeper implements Keeper {

  /** What becomes of the request. */
  enum Loss {
    /** It never arrives. */
    BEFORE,
    /** It is carried out, and the answer is lost. */
    AFTER,
    /** It arrives after the next one, and after those that come before that. */
    LATE,
    /** Its connection is not lost: it is under way until it is let go. */
    HELD
  }

  /** Which request is hit, counted over all sessions of a directory. */
  static final class Plan {
    int nth;
    final Loss loss;
    int multis;
    int reads;
    int failReadsUntil;
    @Nullable List<Op> late;

    /** Lets the request go that is held. */
    final CompletableFuture<Runnable> letGo = new CompletableFuture<>();

    Plan(int nth, Loss loss) {
      this.nth = nth;
      this.loss = loss;
    }
  }

  private final Keeper under;
  private final Plan plan;

  FaultyKeeper(Keeper under, Plan plan) {
    this.under = under;
    this.plan = plan;
  }

  private static KeeperException lost() {
    return KeeperException.create(KeeperException.Code.CONNECTIONLOSS);
  }

  @Override
  public CompletableFuture<@Nullable Void> multi(List<Op> operations) {
    synchronized (plan) {
      plan.multis++;
      if (plan.multis != plan.nth) {
        CompletableFuture<@Nullable Void> result = under.multi(operations);
        List<Op> late = plan.late;
        if (late != null) {
          plan.late = null;
          var unused = under.multi(new ArrayList<>(late));
        }
        return result;
      }
      return switch (plan.loss) {
        case BEFORE -> CompletableFuture.failedFuture(lost());
        case AFTER ->
            under
                .multi(operations)
                .handle((done, failure) -> false)
                .thenCompose(done -> CompletableFuture.failedFuture(lost()));
        case LATE -> {
          plan.late = operations;
          yield CompletableFuture.failedFuture(lost());
        }
        case HELD -> {
          CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
          plan.letGo.complete(
              () -> {
                var unused =
                    under
                        .multi(operations)
                        .whenComplete(
                            (done, failure) -> {
                              if (failure == null) {
                                answer.complete(null);
                              } else {
                                answer.completeExceptionally(failure);
                              }
                            });
              });
          yield answer;
        }
      };
    }
  }

  @Override
  public void catchUp() {
    under.catchUp();
  }

  private boolean failsRead() {
    synchronized (plan) {
      plan.reads++;
      return plan.reads <= plan.failReadsUntil;
    }
  }

  @Override
  public CompletableFuture<@Nullable Node> read(String path, @Nullable Watcher watcher) {
    return failsRead() ? CompletableFuture.failedFuture(lost()) : under.read(path, watcher);
  }

  @Override
  public CompletableFuture<List<String>> children(String path) {
    return failsRead() ? CompletableFuture.failedFuture(lost()) : under.children(path);
  }

  @Override
  public long sessionId() {
    return under.sessionId();
  }

  @Override
  public boolean awaitConnected(long nanos) {
    return under.awaitConnected(nanos);
  }

  @Override
  public boolean hasEnded() {
    return under.hasEnded();
  }

  @Override
  public void close() {
    under.close();
  }
}
