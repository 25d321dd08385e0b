package dev.durability.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.docs.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A fault in the writer, of one line: what stands in a source file is replaced, and the file is
 * compiled to where it stands before the library's own class.
 */
enum PlantedFault {
  WAKE_UP_OF_THE_NEXT_LEADER_LOST(
      "handOver", "Waiter", "state = LEADS;\n      wake();", "state = LEADS;"),
  WAKE_UP_OF_OTHERS_LOST(
      "durableAppends",
      "Round",
      "Waiter.OfThread.FAN_OUT * i + 1",
      "Waiter.OfThread.FAN_OUT * i + 2"),
  WAKE_UP_OF_THE_LOGS_THREAD_LOST(
      "futures",
      "GroupCommit",
      "    next.add(future);\n    if (!leading) {",
      "    next.add(future);\n    if (leading) {"),
  WAKE_UP_FOR_ROOM_LOST(
      "fullBuffers", "GroupCommit", "    } finally {\n      room.signalAll();", "    } finally {"),
  LEAD_NOT_PASSED_ON(
      "durableAppends", "GroupCommit", "      nextLeader.lead();\n", "      // lost\n"),
  LEAD_KEPT_WHILE_DEPENDENTS_RUN(
      "dependents",
      "GroupCommit",
      "backgroundIsAway |= backgroundLeads",
      "backgroundIsAway |= false"),
  DEPENDENTS_RUN_BEFORE_OTHERS_ARE_WOKEN(
      "dependentsThatWaitForThreads", "Round", "own.wakeOthers();", "own.isVirtual();"),
  TWO_LEADERS(
      "durableAppends",
      "GroupCommit",
      "    if (!leading) {\n      leading = true;\n      self",
      "    if (self != null) {\n      leading = true;\n      self"),
  ACKNOWLEDGED_WHEN_WRITTEN(
      "handOver",
      "GroupCommit",
      "nowDurable = appender.durableId()",
      "nowDurable = appender.writtenId()"),
  ACKNOWLEDGED_BEFORE_THE_SYNC(
      "durableAppends",
      "SegmentAppender",
      "    target.sync();\n    awaitName();",
      "    awaitName();"),
  ACKNOWLEDGED_BEFORE_THE_NAME(
      "rotation", "SegmentAppender", "    target.sync();\n    awaitName();", "    target.sync();"),
  NO_POISON_AFTER_A_FAILED_SYNC(
      "failedSync", "GroupCommit", "poison = failure;", "markFailed = true;"),
  POISON_NOT_TOLD_TO_WAITERS(
      "failedSync",
      "GroupCommit",
      "    if (poison != null) {\n      settleStranded();",
      "    if (closed) {\n      settleStranded();"),
  FAILURE_NOT_TOLD(
      "failedWrite",
      "Round",
      "? null\n              : whyNot.apply(thread, failure);",
      "? null\n              : null;"),
  APPEND_AFTER_CLOSE(
      "close", "GroupCommit", "    if (closed) {\n      throw", "    if (stopped) {\n      throw"),
  INTERRUPT_LOST("interrupts", "Waiter", "        thread.interrupt();", "        Thread.yield();");

  private final String scenario;
  private final String type;
  private final String original;
  private final String faulty;

  PlantedFault(String scenario, String type, String original, String faulty) {
    this.scenario = scenario;
    this.type = type;
    this.original = original;
    this.faulty = faulty;
  }

  /** The scenario that finds it. */
  String scenario() {
    return scenario;
  }

  /** Compiles it; returns the directory of its classes. */
  Path plant() throws IOException {
    return compile(name(), type, original, faulty);
  }

  /** All threads are treated as virtual ones, which Fray cannot run: they lead themselves. */
  static Path virtualThreads() throws IOException {
    return compile(
        "virtual",
        "VirtualThreads",
        "return (boolean) isVirtual.invokeExact(thread);",
        "return true;");
  }

  private static Path compile(String name, String type, String original, String faulty)
      throws IOException {
    Path source =
        ProjectFiles.root()
            .resolve("durability-core/src/main/java/dev/durability/wal/" + type + ".java");
    String text = Files.readString(source, UTF_8);
    int at = text.indexOf(original);
    if (at < 0 || text.indexOf(original, at + 1) >= 0) {
      throw new AssertionError(name + ": not once in " + type + ".java: " + original);
    }
    Path place = Path.of("target", "fray", "planted", name).toAbsolutePath();
    Path planted = Files.createDirectories(place.resolve("source")).resolve(type + ".java");
    Path classes = Files.createDirectories(place.resolve("classes"));
    Files.writeString(planted, text.replace(original, faulty), UTF_8);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "--release",
            "17",
            "-proc:none",
            "-nowarn",
            "-d",
            classes.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            planted.toString());
    int status = compiler.run(null, null, null, options.toArray(String[]::new));
    if (status != 0) {
      throw new AssertionError(name + " does not compile");
    }
    return classes;
  }
}
