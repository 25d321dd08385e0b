/**
 * What can go wrong, as types. This is the lowest package that is exported; all others use it.
 *
 * <table>
 *   <caption>Failures, and what the caller can do</caption>
 *   <tr><th>exception</th><th>the writer</th><th>what helps</th></tr>
 *   <tr><td>{@link dev.durability.errors.OutcomeOpenException}</td><td>goes on</td><td>make room,
 *       then sync; do not append the entry again</td></tr>
 *   <tr><td>{@link dev.durability.errors.WriterPoisonedException}</td><td>is finished</td><td>close
 *       it and open the log again; the cause is the first failure</td></tr>
 *   <tr><td>{@link dev.durability.errors.LockLostException}, as its cause</td><td>is finished</td>
 *       <td>find out who removed the lock's file or opened the log</td></tr>
 *   <tr><td>{@link dev.durability.errors.LockHeldException}</td><td>was not opened</td><td>close
 *       the other writer</td></tr>
 *   <tr><td>{@link dev.durability.errors.CorruptLogException}</td><td>was not opened</td><td>restore
 *       the log from a copy, or read what is intact</td></tr>
 *   <tr><td>{@link dev.durability.errors.FormatException}</td><td>was not opened</td><td>use the
 *       version or the program that wrote the files</td></tr>
 *   <tr><td>{@link dev.durability.errors.CodecException}</td><td>goes on, or was not opened</td>
 *       <td>use the codec that wrote the bytes</td></tr>
 *   <tr><td>{@link dev.durability.errors.PathNotExpressibleException}</td><td>was not opened</td>
 *       <td>start the JVM in another locale</td></tr>
 * </table>
 *
 * <p>All are {@link dev.durability.errors.DurabilityException}s, which are {@link
 * java.io.IOException}s. Failures of the storage come as it throws them. Wrong arguments are {@link
 * IllegalArgumentException}. docs/failures.md has each operation, each fault, and what holds
 * afterwards.
 */
package dev.durability.errors;
