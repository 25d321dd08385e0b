package dev.durability.examples.raft;

import dev.durability.storage.Directory;
import java.util.Random;

/** Three members that can be killed and started again, each on its own. */
interface KilledGroup extends CounterClient.Group {

  /** Starts a member on what its disk holds. */
  void start(MemberId member) throws Exception;

  /**
   * Kills a member that runs, at a moment that it does not choose.
   *
   * @param chance decides the moment, and what of its unsynced writes is lost
   */
  void kill(MemberId member, Random chance) throws Exception;

  /** Whether a member is the leader, as far as it knows. */
  boolean isLeader(MemberId member);

  /** Has the leader take a snapshot now, for members that MicroRaft 0.7 leaves behind. */
  void takeSnapshot();

  /** Tells how far a member is, for a message. */
  String describe(MemberId member);

  /** Ends all members, and returns what a member's disk holds then. */
  Directory disk(MemberId member) throws Exception;

  /** Ends all members. */
  void end() throws Exception;
}
