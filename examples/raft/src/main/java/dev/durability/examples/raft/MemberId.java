package dev.durability.examples.raft;

import io.microraft.RaftEndpoint;
import java.util.Objects;

/**
 * A member of a group, by its name. A name is never used again for another member.
 *
 * @param name the name
 */
public record MemberId(String name) implements RaftEndpoint {

  /** Checks the name. */
  public MemberId {
    Objects.requireNonNull(name, "name");
  }

  @Override
  public Object getId() {
    return name;
  }

  @Override
  public String toString() {
    return name;
  }
}
