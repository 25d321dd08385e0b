package dev.durability.testkit.library;

import dev.durability.checkpoint.CheckpointWriter;
import dev.durability.log.MarkerPosition;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.History;
import dev.durability.testkit.library.LogEvent.Covered;
import dev.durability.testkit.library.LogEvent.Kept;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;

/**
 * Checkpoints without a publisher, where none removes them: once promised they are there for good.
 */
final class CheckpointsByHand {
  private final CrashDirectory disk;
  private final Directory directory;
  private final WalWriter<String> log;
  private final History<LogEvent> history;

  CheckpointsByHand(
      CrashDirectory disk, Directory directory, WalWriter<String> log, History<LogEvent> history) {
    this.disk = disk;
    this.directory = directory;
    this.log = log;
    this.history = history;
  }

  /** Writes one, which is durable then. */
  void write() throws IOException {
    keep(write(directory, "written"));
  }

  /** Appends the marker of one whose writer was killed before it could sync the name. */
  void markFound() throws IOException {
    log.sync();
    String left = write(withoutSyncOfNames(directory), "found");
    long covered = log.lastDurableId();
    MarkerPosition unused = log.appendCheckpoint(covered, left);
    history.promise(new Covered(covered));
    keep(left);
  }

  private String write(Directory target, String place) throws IOException {
    long covered = log.lastDurableId();
    String path = place + "/" + covered;
    target.createDirectories(place);
    try (CheckpointWriter writer =
        CheckpointWriter.create(target, path, log.logId(), covered, Clock.systemUTC())) {
      writer.write(new byte[700]);
      writer.commit();
    }
    return path;
  }

  private void keep(String path) throws IOException {
    history.promise(new Kept(path, LogShape.read(disk, path).length));
  }

  private static Directory withoutSyncOfNames(Directory under) {
    return (Directory)
        Proxy.newProxyInstance(
            Directory.class.getClassLoader(),
            new Class<?>[] {Directory.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("sync")) {
                return null;
              }
              try {
                return method.invoke(under, arguments);
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            });
  }
}
