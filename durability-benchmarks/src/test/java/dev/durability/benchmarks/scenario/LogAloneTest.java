package dev.durability.benchmarks.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.frame.FrameFormat;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

class LogAloneTest {
  private static final Pattern MEMBER =
      Pattern.compile(
          "= (?:Methodref|InterfaceMethodref|Fieldref|Class) .*// +(dev/durability/\\S+)");

  @Test
  void usesOnlyWhatTheBuildBeforeTheHarnessHad() throws Exception {
    String loads = "dev/durability/benchmarks/";
    String scenario = loads + "scenario/";
    assertThat(membersUsed())
        .containsExactlyInAnyOrder(
            loads + "Contestant",
            loads + "Contestant.close:()V",
            loads + "Contestant.fixedOperations:()J",
            loads + "Contestant.open:(Ljava/nio/file/Path;)V",
            loads + "Contestant.operationsMax:()J",
            loads + "Contestant.operationsMultiple:()I",
            loads + "Contestant.run:(JLorg/HdrHistogram/Histogram;)J",
            loads + "Contestant.settle:()V",
            loads + "Role",
            loads + "Role.OURS:Ldev/durability/benchmarks/Role;",
            scenario + "AppendHeats",
            scenario + "Appends",
            scenario + "Appends$Threads",
            scenario
                + "Appends$Threads.platform:(I)Ldev/durability/benchmarks/scenario/Appends$Threads;",
            scenario
                + "Appends$Threads.virtual:(I)Ldev/durability/benchmarks/scenario/Appends$Threads;",
            scenario
                + "Appends.<init>:(Ldev/durability/benchmarks/store/Store;Ldev/durability/benchmarks/Role;Ldev/durability/benchmarks/store/Promise;Ldev/durability/benchmarks/scenario/Appends$Threads;[BJ)V",
            scenario + "AppendsAhead",
            scenario
                + "AppendsAhead.<init>:(Ldev/durability/benchmarks/store/Store;Ldev/durability/benchmarks/Role;I[BDJ)V",
            scenario + "Entries",
            scenario + "Entries.payload:(I)[B",
            scenario + "Recoveries",
            scenario
                + "Recoveries.takingEntries:(Ljava/nio/file/Path;IJ)Ldev/durability/benchmarks/scenario/Recoveries;",
            scenario + "Replays",
            scenario
                + "Replays.<init>:(Ldev/durability/benchmarks/store/Store;Ldev/durability/benchmarks/Role;Ljava/lang/String;IJ)V",
            loads + "store/OwnLog",
            loads + "store/OwnLog.byDefault:()Ldev/durability/benchmarks/store/OwnLog;",
            loads + "store/Promise",
            loads + "store/Promise.DURABLE:Ldev/durability/benchmarks/store/Promise;",
            loads + "store/Promise.UNSYNCED:Ldev/durability/benchmarks/store/Promise;",
            "dev/durability/wal/WalWriter");
  }

  @Test
  void logsThatAreReadHaveTheirSize() {
    assertThat(LogAlone.SMALL_FRAME_BYTES).isEqualTo(FrameFormat.frameBytes(AppendHeats.SMALL));
  }

  private static Set<String> membersUsed() throws Exception {
    Path classes =
        Path.of(LogAlone.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String name = LogAlone.class.getName().replace('.', '/');
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
    try (PrintStream out = new PrintStream(printed, true, UTF_8)) {
      String file = classes.resolve(name + ".class").toString();
      assertThat(javap.run(out, out, "-v", "-p", file)).isZero();
    }
    Set<String> members = new TreeSet<>();
    MEMBER
        .matcher(printed.toString(UTF_8))
        .results()
        .map(match -> match.group(1).replace("\"", ""))
        .filter(member -> !member.startsWith(name))
        .forEach(members::add);
    return members;
  }
}
