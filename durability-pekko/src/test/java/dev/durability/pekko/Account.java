package dev.durability.pekko;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.RecoveryCompleted;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotOffer;

/** A persistent actor for tests: it keeps the texts that it is told. */
final class Account extends AbstractPersistentActor {
  /** Asks for all texts. */
  static final String GET = "?";

  /** Makes it save a snapshot. */
  static final String SNAPSHOT = "!snapshot";

  private final String id;
  private final ActorRef watcher;
  private final List<String> texts = new ArrayList<>();

  private Account(String id, ActorRef watcher) {
    this.id = id;
    this.watcher = watcher;
  }

  /** Makes one; the watcher is told about failures. */
  static Props props(String id, ActorRef watcher) {
    return Props.create(Account.class, () -> new Account(id, watcher));
  }

  @Override
  public String persistenceId() {
    return id;
  }

  @Override
  public Receive createReceiveRecover() {
    return receiveBuilder()
        .match(String.class, texts::add)
        .match(
            SnapshotOffer.class,
            offer -> texts.addAll(List.of(((String) offer.snapshot()).split(","))))
        .match(RecoveryCompleted.class, done -> {})
        .build();
  }

  @Override
  public Receive createReceive() {
    return receiveBuilder()
        .matchEquals(GET, get -> getSender().tell(String.join(",", texts), getSelf()))
        .matchEquals(SNAPSHOT, get -> saveSnapshot(String.join(",", texts)))
        .match(
            SaveSnapshotSuccess.class,
            saved -> {
              deleteMessages(saved.metadata().sequenceNr());
              watcher.tell("saved", getSelf());
            })
        .match(Object[].class, this::persistTogether)
        .match(Object.class, this::persistOne)
        .build();
  }

  private void persistTogether(Object[] all) {
    ActorRef sender = getSender();
    persistAll(
        List.of(all),
        each -> {
          texts.add((String) each);
          sender.tell("ok " + each, getSelf());
        });
  }

  private void persistOne(Object text) {
    ActorRef sender = getSender();
    persist(
        text,
        kept -> {
          texts.add((String) kept);
          sender.tell("ok " + kept, getSelf());
        });
  }

  @Override
  public void onPersistRejected(Throwable cause, Object event, long sequenceNr) {
    getSender().tell("rejected: " + cause.getClass().getSimpleName(), getSelf());
  }

  @Override
  public void onPersistFailure(Throwable cause, Object event, long sequenceNr) {
    watcher.tell("failed: " + cause.getClass().getSimpleName(), getSelf());
  }

  @Override
  public void onRecoveryFailure(Throwable cause, scala.Option<Object> event) {
    watcher.tell("not recovered: " + cause.getClass().getSimpleName(), getSelf());
  }
}
