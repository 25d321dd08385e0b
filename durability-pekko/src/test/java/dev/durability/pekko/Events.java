package dev.durability.pekko;

import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Events for tests of the log: their payload tells what they are. */
final class Events {
  private static final String WRITER = "11111111-2222-3333-4444-555555555555";

  private Events() {}

  static Settings settings(boolean isSynced) {
    return new Settings(Path.of("unused"), isSynced, Duration.ofHours(1), 4096, 1 << 20, 1L << 40);
  }

  static EventLog open(Directory directory) throws IOException {
    return EventLog.open(directory, settings(true), (what, cause) -> {});
  }

  static EventLog openFlushedOnly(Directory directory) throws IOException {
    return EventLog.open(directory, settings(false), (what, cause) -> {});
  }

  static Entry.Write write(String id, long first, long last, int payloadBytes) {
    List<StoredEvent> events = new ArrayList<>();
    for (long number = first; number <= last; number++) {
      String text = (id + "#" + number + " ").repeat(1 + payloadBytes / (id.length() + 3));
      events.add(
          new StoredEvent(
              number,
              WRITER,
              number,
              "",
              new Payload(1, "", text.getBytes(StandardCharsets.UTF_8)),
              null,
              List.of()));
    }
    return new Entry.Write(id, events);
  }

  static CompletableFuture<Void> append(EventLog log, String id, long first, long last)
      throws IOException {
    return log.append(write(id, first, last, 50));
  }

  /** Appends, and waits until that is settled. */
  static void persist(EventLog log, String id, long first, long last) throws IOException {
    join(append(log, id, first, last));
  }

  static void delete(EventLog log, String id, long to) throws IOException {
    join(log.append(new Entry.Delete(id, to)));
  }

  static void join(CompletableFuture<Void> future) throws IOException {
    try {
      future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** The numbers of the events that an actor recovers; each has the payload that it should. */
  static List<Long> replay(EventLog log, String id) throws IOException {
    return replay(log, id, 0, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  static List<Long> replay(EventLog log, String id, long from, long to, long max)
      throws IOException {
    List<Long> numbers = new ArrayList<>();
    log.reader()
        .read(
            id,
            from,
            to,
            max,
            event -> {
              String text = new String(event.payload().bytes(), StandardCharsets.UTF_8);
              if (!text.startsWith(id + "#" + event.sequenceNr() + " ")) {
                throw new IOException("event " + event.sequenceNr() + " of " + id + " is " + text);
              }
              numbers.add(event.sequenceNr());
            });
    return numbers;
  }

  static List<Long> numbers(long first, long last) {
    List<Long> numbers = new ArrayList<>();
    for (long each = first; each <= last; each++) {
      numbers.add(each);
    }
    return numbers;
  }
}
