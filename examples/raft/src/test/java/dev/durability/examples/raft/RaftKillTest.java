package dev.durability.examples.raft;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members, killed and restarted from disk while clients write. {@code -Draft.seed=} repeats
 * the choices of a run, if not its schedule.
 */
final class RaftKillTest {
  private final long seed = Long.getLong("raft.seed", 1);

  @Test
  void nothingCommittedIsLostIfMembersLoseTheirUnsyncedWrites() throws Exception {
    Agreement agreement = new Agreement();
    KilledGroup group = new PowerLossGroup(agreement);
    run("power loss", agreement, group, Integer.getInteger("raft.kills.power", 12));
  }

  @Test
  void nothingCommittedIsLostIfProcessesAreKilled(@TempDir Path directory) throws Exception {
    Agreement agreement = new Agreement();
    KilledGroup group = new ProcessGroup(agreement, directory);
    run("processes", agreement, group, Integer.getInteger("raft.kills.process", 8));
  }

  private void run(String name, Agreement agreement, KilledGroup group, int kills)
      throws Exception {
    try {
      System.out.println(name + ": " + new KillRun(agreement, group, kills, seed).run());
    } catch (Exception | AssertionError e) {
      throw new AssertionError("raft.seed=" + seed + ": " + e.getMessage(), e);
    } finally {
      group.end();
    }
  }
}
