/**
 * The bytes of all files. This is the only code that knows offsets; docs/format.md describes them.
 * Not exported.
 *
 * <p>Segments of a log, record logs and checkpoints have the same layout:
 *
 * <pre>
 *   0          64                                                       end
 *   +----------+---------+---------+--------+-----+---------+- - - - - -+
 *   |  header  |  ENTRY  |  ENTRY  |  MARK  | ... |   END   |   zeros   |
 *   +----------+---------+---------+--------+-----+---------+- - - - - -+
 *                  |         |
 *   checksum of the rest, mixed with the file's salt    4 bytes
 *   kind and length of the payload                      4 bytes
 *   entry id                                            8 bytes
 *   payload, then zeros to a multiple of 8
 * </pre>
 *
 * <p>Start with {@link dev.durability.frame.FrameFormat}, which says when a frame is valid, and
 * {@link dev.durability.frame.FrameKind}, which says of each kind whether it takes an id, whether
 * it promises, and which files may contain it.
 *
 * <table>
 *   <caption>What is where</caption>
 *   <tr><th>job</th><th>classes</th></tr>
 *   <tr><td>reading</td><td>{@code FileHeader}; {@code FrameRun}, the run of valid frames, over
 *       {@code FrameReader} and {@code FileWindow}; {@code MappedFile}; {@code Remains}, what follows the run;
 *       {@code CheckpointFile}</td></tr>
 *   <tr><td>writing</td><td>{@code FrameEncoder}; {@code FrameFile}, which rolls a failed write
 *       back</td></tr>
 *   <tr><td>mending</td><td>{@code Rewrite}, {@code Quarantine}</td></tr>
 *   <tr><td>shared tools</td><td>{@code OwnedDirectory} (asks for the lock before each change),
 *       {@code DirectMemory}, {@code WallClock}, {@code AfterFailure}</td></tr>
 * </table>
 *
 * <p>Rules: the first frame that is not valid ends the run. Torn is a result and damage is an
 * exception; which of them it is, the packages above decide. A switch over kinds names all of them
 * and has no {@code default}, so that a new kind is never taken for another one.
 */
package dev.durability.frame;
