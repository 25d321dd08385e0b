package dev.durability.pekko;

import com.typesafe.config.Config;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.LoggingAdapter;

/**
 * The open logs of an actor system. The journal and the queries share one; it is closed when the
 * system has ended.
 */
final class Journals implements Extension {
  private static final Id ID = new Id();

  private final ExtendedActorSystem system;
  private final LoggingAdapter logging;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, EventLog> open = new HashMap<>();

  private Journals(ExtendedActorSystem system) {
    this.system = system;
    this.logging = Logging.getLogger(system, Journal.class);
    system.registerOnTermination(this::close);
  }

  static Journals of(ActorSystem system) {
    return ID.get(system);
  }

  /**
   * Returns the log of a journal, and opens it if nobody did.
   *
   * @param path where the journal's settings are
   * @param config the journal's settings
   * @throws IOException if it cannot be opened: as {@link EventLog#open}
   */
  EventLog open(String path, Config config) throws IOException {
    lock.lock();
    try {
      EventLog known = open.get(path);
      if (known == null) {
        Settings settings = Settings.of(config, system.settings().config());
        known =
            EventLog.open(
                FsDirectory.open(settings.directory()),
                settings,
                (what, cause) -> logging.warning("{}: {}: {}", path, what, cause));
        open.put(path, known);
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private void close() {
    lock.lock();
    try {
      open.forEach(
          (path, log) -> {
            try {
              log.close();
            } catch (IOException e) {
              logging.error(e, "closing the journal {} failed", path);
            }
          });
      open.clear();
    } finally {
      lock.unlock();
    }
  }

  private static final class Id extends AbstractExtensionId<Journals> {
    @Override
    public Journals createExtension(ExtendedActorSystem system) {
      return new Journals(system);
    }
  }
}
