package dev.durability.examples.raft;

import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.FaultDirectory;
import io.microraft.RaftEndpoint;
import io.microraft.model.message.RaftMessage;
import io.microraft.transport.Transport;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Members in this process, each with a disk of the testkit. A kill takes place at some operation of
 * the disk, and any of what was not synced is lost.
 */
final class PowerLossGroup implements KilledGroup {
  private static final int OPERATIONS_MAX = 60;

  private final Agreement agreement;
  private final Map<MemberId, CrashDirectory> disks = new ConcurrentHashMap<>();
  private final Map<MemberId, Life> lives = new ConcurrentHashMap<>();
  private final AtomicLong requests = new AtomicLong();

  PowerLossGroup(Agreement agreement) {
    this.agreement = agreement;
    Member.ALL.forEach(member -> disks.put(member, new CrashDirectory()));
  }

  /** One life of a member. */
  private final class Life implements Transport {
    private final Agreement.Witness watcher;
    private final CrashDirectory disk;
    private final Member member;
    private final AtomicInteger operationsLeft = new AtomicInteger(Integer.MAX_VALUE);
    private final CountDownLatch dead = new CountDownLatch(1);
    private final Map<Long, CompletableFuture<CounterClient.Answer>> waiting =
        new ConcurrentHashMap<>();

    Life(MemberId self) throws Exception {
      watcher = agreement.new Witness(self);
      disk = Objects.requireNonNull(disks.get(self));
      FaultDirectory counted =
          new FaultDirectory(disk)
              .before(
                  (operation, path) -> {
                    if (operationsLeft.decrementAndGet() == 0) {
                      die();
                    }
                  });
      member = new Member(self, counted, this, watcher);
    }

    private void die() {
      watcher.end();
      disk.kill();
      dead.countDown();
    }

    @Override
    public void send(RaftEndpoint target, RaftMessage message) {
      Life there = lives.get((MemberId) target);
      if (there != null && dead.getCount() > 0) {
        there.member.handle(message);
      }
    }

    @Override
    public boolean isReachable(RaftEndpoint endpoint) {
      return lives.containsKey((MemberId) endpoint);
    }

    CompletableFuture<CounterClient.Answer> submit(Operation.Add operation) {
      CompletableFuture<CounterClient.Answer> answer = member.submit(operation);
      long request = requests.incrementAndGet();
      waiting.put(request, answer);
      return answer.whenComplete((value, failure) -> waiting.remove(request));
    }
  }

  @Override
  public void start(MemberId member) throws Exception {
    Life life = new Life(member);
    lives.put(member, life);
    var unused = life.member.start().get(5, TimeUnit.MINUTES);
  }

  @Override
  public void kill(MemberId member, Random chance) throws Exception {
    Life life = Objects.requireNonNull(lives.get(member));
    // If its disk has nothing to do, because the majority is gone, it dies anyway.
    life.operationsLeft.set(1 + chance.nextInt(OPERATIONS_MAX));
    if (!life.dead.await(300, TimeUnit.MILLISECONDS)) {
      life.die();
    }
    lives.remove(member);
    stop(life.member);
    life.waiting
        .values()
        .forEach(answer -> answer.completeExceptionally(new IllegalStateException("killed")));
    disks.put(member, life.disk.afterPowerLoss(chance.nextLong()));
  }

  /** On a thread whose reports nobody sees: a log on a dead disk has something to report. */
  private static void stop(Member member) throws InterruptedException {
    Thread thread =
        new Thread(
            () -> {
              try {
                member.stop();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.setUncaughtExceptionHandler((its, report) -> {});
    thread.start();
    thread.join();
  }

  @Override
  public CompletableFuture<CounterClient.Answer> submit(MemberId member, Operation.Add operation) {
    @Nullable Life life = lives.get(member);
    return life == null
        ? CompletableFuture.failedFuture(new IllegalStateException("not there"))
        : life.submit(operation);
  }

  @Override
  public boolean isLeader(MemberId member) {
    @Nullable Life life = lives.get(member);
    return life != null && life.member.isLeader();
  }

  @Override
  public void takeSnapshot() {
    lives.values().forEach(life -> life.member.takeSnapshot());
  }

  @Override
  public String describe(MemberId member) {
    @Nullable Life life = lives.get(member);
    return life == null ? member + " is dead" : life.member.describe();
  }

  @Override
  public Directory disk(MemberId member) throws Exception {
    end();
    return Objects.requireNonNull(disks.get(member));
  }

  /** Cuts the power of all. */
  @Override
  public void end() throws Exception {
    for (MemberId member : Member.ALL) {
      @Nullable Life life = lives.get(member);
      if (life != null) {
        life.die();
        kill(member, new Random(1));
      }
    }
  }
}
