package dev.durability.pekko;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;

/** Actor systems with our plugins. */
final class Systems {
  private Systems() {}

  /** A directory that is deleted when the JVM ends: suites of ScalaTest get none from JUnit. */
  static Path temporary(String name) {
    try {
      Path made = Files.createTempDirectory(name);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(made)));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path tree) {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The settings of a program that uses journal and snapshot store. */
  static Config config(Path root) {
    return ConfigFactory.parseMap(
            Map.of(
                "pekko.persistence.journal.plugin",
                "pekko.persistence.journal.durability",
                "pekko.persistence.journal.durability.dir",
                root.resolve("journal").toString(),
                "pekko.persistence.snapshot-store.plugin",
                "pekko.persistence.snapshot-store.durability",
                "pekko.persistence.snapshot-store.durability.dir",
                root.resolve("snapshots").toString(),
                "pekko.loglevel",
                "OFF",
                "pekko.stdout-loglevel",
                "OFF"))
        .withFallback(ConfigFactory.load());
  }

  static ActorSystem start(Path root) {
    return ActorSystem.create("test", config(root));
  }

  static void stop(ActorSystem system) throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(300, TimeUnit.SECONDS);
  }
}
