/**
 * What a thread needs so that a lack of stack or memory leaves nothing half done. Not exported.
 *
 * <p>A {@link java.lang.StackOverflowError} can come at any call, also between the two halves of a
 * change that belong together. So a call that changes something first makes sure that enough stack
 * is left for all of it:
 *
 * <table>
 *   <caption>What is here</caption>
 *   <tr><th>class</th><th>job</th></tr>
 *   <tr><td>{@link dev.durability.threads.StackRoom}</td>
 *       <td>checks that enough stack is left, at the start of a call</td></tr>
 *   <tr><td>{@code WideFrame}</td>
 *       <td>the large stack frame that makes the check cheap</td></tr>
 *   <tr><td>{@link dev.durability.threads.StackSafeLock}</td>
 *       <td>a lock that checks before it is taken, so that it is always released</td></tr>
 *   <tr><td>{@link dev.durability.threads.LockHold}</td>
 *       <td>one of several holds on such a lock, given up in any order</td></tr>
 *   <tr><td>{@link dev.durability.threads.SureLock}</td>
 *       <td>a lock for what must be done even without stack or memory to wait for it</td></tr>
 *   <tr><td>{@link dev.durability.threads.Thrown}</td>
 *       <td>throws on what another thread or an earlier step has thrown</td></tr>
 * </table>
 *
 * <p>Start with {@code StackSafeLock}. Use it instead of {@link
 * java.util.concurrent.locks.ReentrantLock} wherever what it protects must not be left half done.
 */
@NullMarked
package dev.durability.threads;

import org.jspecify.annotations.NullMarked;
