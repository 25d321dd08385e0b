package dev.durability.examples.raft;

/**
 * What the log holds per entry of Raft's log. Its index is not in here: Raft's entry n is entry n
 * of the log, so its index is its id.
 *
 * @param term the term of the leader that appended it
 * @param operation an operation of the application, or a change of the group's members
 */
record LoggedOperation(int term, Object operation) {}
