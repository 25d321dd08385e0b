package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codecs;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What runs under strace: opens a log twice, appends with one thread and with several, rotates,
 * publishes and truncates, closes; and, when told so, goes on until it is killed. Each line that it
 * prints is one system call, made once what it says has happened.
 */
final class TracedProcess {
  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);
  private static final WalOptions SMALL_SEGMENTS = WalOptions.builder().segmentBytes(8192).build();

  private TracedProcess() {}

  public static void main(String[] arguments) throws Exception {
    Directory directory = Forgetful.of(FsDirectory.open(Path.of(arguments[0])), arguments[2]);
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), SMALL_SEGMENTS)) {
      append(log, 40);
      appendBatches(log, 10);
      CheckpointPublisher publisher =
          CheckpointPublisher.of(directory, Clock.systemUTC(), log).keeping(1);
      for (int round = 0; round < 3; round++) {
        appendFromThreads(log, 4, 40);
        long covered = log.lastDurableId();
        publisher.publish(covered, out -> out.write(new byte[5000]));
        say("published " + covered);
      }
    }
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), SMALL_SEGMENTS)) {
      append(log, 10);
      if (arguments[1].equals("forever")) {
        say("forever");
        appendFromThreads(log, 4, Integer.MAX_VALUE);
      }
    }
  }

  private static void append(WalWriter<String> log, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      say("acknowledged " + log.appendDurable("x".repeat(i * 53 % 700)));
    }
  }

  private static void appendBatches(WalWriter<String> log, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      long last = log.appendBatch(List.of("a".repeat(600), "b", "c".repeat(i * 67)));
      if (i % 3 == 0) {
        log.flush();
      }
      log.sync();
      say("acknowledged " + last);
    }
  }

  private static void appendFromThreads(WalWriter<String> log, int threads, int count)
      throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            executor.submit(
                () -> {
                  append(log, count);
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static void say(String line) throws IOException {
    OUT.write((line + "\n").getBytes(UTF_8));
  }
}
