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
      "handOver", "commit/Rounds", "      LockSupport.unpark(self.heirThread);\n", ""),
  WAKE_UP_OF_OTHERS_LOST(
      "durableAppends",
      "commit/Round",
      "Waiter.OfThread.FAN_OUT * i + 1",
      "Waiter.OfThread.FAN_OUT * i + 2"),
  WAKE_UP_OF_THE_LOGS_THREAD_LOST(
      "futures",
      "commit/GroupCommit",
      "    rounds.next().add(future);\n    if (rounds.lead.isFree()) {",
      "    rounds.next().add(future);\n    if (!rounds.lead.isFree()) {"),
  WAKE_UP_FOR_ROOM_LOST(
      "fullBuffers",
      "commit/Rounds",
      "      room.signalAll();\n      if (successor",
      "      if (successor"),
  LEAD_NOT_PASSED_ON(
      "durableAppends",
      "commit/Rounds",
      "      heir.state = Waiter.OfThread.LEADS;\n",
      "      // lost\n"),
  LEAD_KEPT_WHILE_DEPENDENTS_RUN(
      "dependents", "commit/Lead", "if (self == logLeader) {", "if (self == null) {"),
  DEPENDENTS_RUN_BEFORE_OTHERS_ARE_WOKEN(
      "dependentsThatWaitForThreads",
      "commit/Round",
      "ofCurrentThread.wakeOthers();",
      "ofCurrentThread.isVirtual();"),
  TWO_LEADERS(
      "durableAppends",
      "commit/Rounds",
      "    if (lead.isFree()) {\n      lead.take(self);\n      self",
      "    if (self != null) {\n      self"),
  ACKNOWLEDGED_WHEN_WRITTEN(
      "handOver",
      "commit/Rounds",
      "self.durable = durable = target.durable()",
      "self.durable = durable = target.written()"),
  ACKNOWLEDGED_BEFORE_THE_SYNC(
      "durableAppends",
      "append/SegmentAppender",
      "    } else {\n      target.sync();\n    }",
      "    }"),
  ACKNOWLEDGED_BEFORE_THE_NAME(
      "rotation",
      "append/SegmentAppender",
      "      rotation.syncUnnamed();\n      name();\n",
      "      rotation.syncUnnamed();\n"),
  NO_POISON_AFTER_A_FAILED_SYNC(
      "failedSync",
      "commit/Poison",
      "first = failure;",
      "poisonedWithoutMemory.fillInStackTrace();"),
  POISON_NOT_TOLD_TO_WAITERS(
      "failedSync",
      "commit/Rounds",
      "    if (poison.isThere()) {\n      settleStranded(self);",
      "    if (markFailed) {\n      settleStranded(self);"),
  FAILURE_NOT_TOLD(
      "failedWrite",
      "commit/Round",
      "? null\n              : whyNot.apply(thread, failure);",
      "? null\n              : null;"),
  APPEND_AFTER_CLOSE(
      "close",
      "commit/GroupCommit",
      "    if (closing.hasBegun()) {\n      throw",
      "    if (rounds.lead.hasEnded()) {\n      throw"),
  INTERRUPT_LOST(
      "interrupts", "commit/Waiter", "        thread.interrupt();", "        Thread.yield();");

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
        "commit/VirtualThreads",
        "return (boolean) isVirtual.invokeExact(Thread.currentThread());",
        "return true;");
  }

  private static Path compile(String name, String type, String original, String faulty)
      throws IOException {
    Path source =
        ProjectFiles.root()
            .resolve("durability-core/src/main/java/dev/durability/" + type + ".java");
    String text = Files.readString(source, UTF_8);
    int at = text.indexOf(original);
    if (at < 0 || text.indexOf(original, at + 1) >= 0) {
      throw new AssertionError(name + ": not once in " + type + ".java: " + original);
    }
    Path place = Path.of("target", "fray", "planted", name).toAbsolutePath();
    Path planted = Files.createDirectories(place.resolve("source")).resolve(source.getFileName());
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
