package dev.durability.pekko;

import com.typesafe.config.Config;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.query.ReadJournalProvider;

/**
 * The query plugin {@code pekko.persistence.query.journal.durability}. Programs in Java use {@link
 * LogReadJournal}, programs in Scala {@link ScalaLogReadJournal}.
 */
public final class Queries implements ReadJournalProvider {
  private final EventQueries queries;

  /**
   * Creates the plugin; Pekko does so.
   *
   * @param system the actor system
   * @param config the settings
   */
  public Queries(ExtendedActorSystem system, Config config) {
    Config all = system.settings().config();
    Config settings = config.withFallback(all.getConfig(LogReadJournal.IDENTIFIER));
    String written = settings.getString("write-plugin");
    String path = written.isEmpty() ? all.getString("pekko.persistence.journal.plugin") : written;
    Config journal = all.getConfig(path).withFallback(all.getConfig(Settings.JOURNAL));
    if (!journal.getString("class").equals(Journal.class.getName())) {
      throw new IllegalArgumentException(
          "these queries read a journal of "
              + Journal.class.getName()
              + ", but "
              + path
              + " is one of "
              + journal.getString("class")
              + ": set write-plugin");
    }
    this.queries =
        new EventQueries(
            () -> Journals.of(system).open(path, journal),
            new Payloads(system),
            Persistence.get(system).adaptersFor(path),
            system.dispatchers().lookup(journal.getString("replay-dispatcher")),
            settings.getInt("max-buffer-size"));
  }

  @Override
  public ScalaLogReadJournal scaladslReadJournal() {
    return new ScalaLogReadJournal(queries);
  }

  @Override
  public LogReadJournal javadslReadJournal() {
    return new LogReadJournal(queries);
  }
}
