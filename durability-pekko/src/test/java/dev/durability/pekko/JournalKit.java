package dev.durability.pekko;

import com.typesafe.config.Config;
import org.apache.pekko.persistence.CapabilityFlag;
import org.apache.pekko.persistence.japi.journal.JavaJournalSpec;
import org.junit.runner.RunWith;
import org.scalatestplus.junit.JUnitRunner;

/** Pekko's tests of a journal, with all that is optional; {@link KitTest} runs them. */
@RunWith(JUnitRunner.class)
public final class JournalKit extends JavaJournalSpec {
  private static final long serialVersionUID = 1L;

  /** Makes the suite; ScalaTest does so. */
  public JournalKit() {
    super(settings());
  }

  private static Config settings() {
    return Systems.config(Systems.temporary("kit-journal"));
  }

  @Override
  public CapabilityFlag supportsMetadata() {
    return CapabilityFlag.on();
  }
}
