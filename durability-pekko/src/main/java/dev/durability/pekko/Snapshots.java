package dev.durability.pekko;

import com.typesafe.config.Config;
import dev.durability.errors.LockHeldException;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.serialization.Snapshot;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.jspecify.annotations.Nullable;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * The snapshot store plugin {@code pekko.persistence.snapshot-store.durability}: one file per
 * snapshot.
 *
 * <p><b>Durability.</b> A snapshot that was saved, and a deletion, survives the loss of power. A
 * crash in the middle of saving leaves no snapshot of that name.
 *
 * <p><b>Damage.</b> A file that is damaged, or that no serializer can read, is logged, and the one
 * before it is loaded. If {@code max-load-attempts} fail, loading fails.
 *
 * <p><b>A directory that another snapshot store uses</b>, in this process or another, makes all
 * calls fail with {@link LockHeldException} until it is free.
 */
public final class Snapshots extends SnapshotStore {
  private final Path root;
  private final int attemptsMax;
  private final LoggingAdapter logging;
  private final Payloads payloads;
  private final Serialization serialization;
  private final Executor executor;
  private volatile @Nullable SnapshotFiles files;

  /**
   * Creates the plugin; Pekko does so.
   *
   * @param config its settings
   */
  public Snapshots(Config config) {
    ExtendedActorSystem system = (ExtendedActorSystem) context().system();
    Config settings =
        config.withFallback(
            system.settings().config().getConfig("pekko.persistence.snapshot-store.durability"));
    this.root = Path.of(settings.getString("dir"));
    this.attemptsMax = settings.getInt("max-load-attempts");
    this.logging = Logging.getLogger(system, Snapshots.class);
    this.payloads = new Payloads(system);
    this.serialization = SerializationExtension.get(system);
    this.executor = context().dispatcher();
  }

  @Override
  public void preStart() throws Exception {
    super.preStart();
    try {
      SnapshotFiles unused = files();
    } catch (IOException e) {
      logging.error(e, "the snapshot store in {} cannot be opened", root);
    }
  }

  @Override
  public void postStop() throws Exception {
    SnapshotFiles opened = files;
    if (opened != null) {
      opened.close();
    }
    super.postStop();
  }

  /** Called by the actor only. */
  private SnapshotFiles files() throws IOException {
    SnapshotFiles opened = files;
    if (opened == null) {
      opened = SnapshotFiles.open(FsDirectory.open(root));
      files = opened;
    }
    return opened;
  }

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    return with(files -> load(files, persistenceId, criteria));
  }

  private Optional<SelectedSnapshot> load(
      SnapshotFiles files, String persistenceId, SnapshotSelectionCriteria criteria)
      throws IOException {
    return files.newest(
        persistenceId,
        name -> matches(criteria, name),
        attemptsMax,
        this::selected,
        (name, failure) ->
            logging.error(
                failure,
                "the snapshot {} of {} cannot be loaded; trying the one before it",
                name.sequenceNr(),
                persistenceId));
  }

  private SelectedSnapshot selected(StoredSnapshot stored) {
    Snapshot snapshot = serialization.deserialize(stored.snapshot(), Snapshot.class).get();
    SnapshotMetadata metadata =
        new SnapshotMetadata(
            stored.persistenceId(), stored.name().sequenceNr(), stored.name().timestampMillis());
    Payload added = stored.metadata();
    return SelectedSnapshot.create(
        added == null ? metadata : metadata.withMetadata(payloads.value(added)), snapshot.data());
  }

  @Override
  public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
    return with(
        files -> {
          files.save(
              new StoredSnapshot(
                  metadata.persistenceId(),
                  new SnapshotName(metadata.sequenceNr(), metadata.timestamp()),
                  metadata.metadata().isEmpty()
                      ? null
                      : payloads.payload(metadata.metadata().get()),
                  serialization.serialize(new Snapshot(snapshot)).get()));
          return null;
        });
  }

  @Override
  public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
    return with(
        files -> {
          files.delete(
              metadata.persistenceId(),
              name ->
                  name.sequenceNr() == metadata.sequenceNr()
                      && (metadata.timestamp() == 0
                          || name.timestampMillis() == metadata.timestamp()));
          return null;
        });
  }

  @Override
  public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
    return with(
        files -> {
          files.delete(persistenceId, name -> matches(criteria, name));
          return null;
        });
  }

  private static boolean matches(SnapshotSelectionCriteria criteria, SnapshotName name) {
    return name.sequenceNr() <= criteria.maxSequenceNr()
        && name.sequenceNr() >= criteria.minSequenceNr()
        && name.timestampMillis() <= criteria.maxTimestamp()
        && name.timestampMillis() >= criteria.minTimestamp();
  }

  /** Something that waits for the disk. */
  @FunctionalInterface
  private interface Work<T> {
    @Nullable T on(SnapshotFiles files) throws Exception;
  }

  private <T> Future<T> with(Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      SnapshotFiles opened = files();
      executor.execute(
          () -> {
            try {
              result.complete(work.on(opened));
            } catch (Throwable e) { // Also what a serializer throws without declaring it.
              result.completeExceptionally(e);
            }
          });
    } catch (IOException | RuntimeException e) {
      result.completeExceptionally(e);
    }
    return FutureConverters.asScala(result);
  }
}
