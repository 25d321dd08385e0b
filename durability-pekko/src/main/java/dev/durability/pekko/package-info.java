/**
 * Journal, snapshot store and queries for Apache Pekko persistence.
 *
 * <p>All persistence ids share one log. An index in memory knows which entries of the log hold the
 * events of each id, and checkpoints of it make opening fast.
 *
 * <ul>
 *   <li>{@link dev.durability.pekko.Journal} and {@link dev.durability.pekko.Snapshots} are what
 *       the configuration names: {@code pekko.persistence.journal.durability} and {@code
 *       pekko.persistence.snapshot-store.durability}.
 *   <li>{@link dev.durability.pekko.LogReadJournal}, and {@link
 *       dev.durability.pekko.ScalaLogReadJournal} for Scala, have the queries.
 *   <li>{@code EventLog} is the log with its index, {@code Index} and {@code EventList} are the
 *       index, {@code Upkeep} writes its checkpoints and frees the log of what was deleted.
 * </ul>
 */
@NullMarked
package dev.durability.pekko;

import org.jspecify.annotations.NullMarked;
