/**
 * The files of the Rust crate {@code durability}, versions 0.2 to 0.8.0, for those who come from it
 * or go back to it.
 *
 * <ul>
 *   <li>{@link dev.durability.rust.CrateLog} reads a write-ahead log with the verdicts of the
 *       crate, strictly or with best effort, as the version that {@link
 *       dev.durability.rust.CrateReading} names; {@link dev.durability.rust.CrateLogWriter} writes
 *       one.
 *   <li>{@link dev.durability.rust.CrateCheckpoint} and {@link dev.durability.rust.CrateRecordLog}
 *       are the other two files, both ways.
 *   <li>{@link dev.durability.rust.CratePublisher} and {@link dev.durability.rust.CrateRecoverer}
 *       publish and recover as the crate does, odd results included.
 *   <li>{@link dev.durability.rust.WalEntry} and {@link dev.durability.rust.CheckpointState} are
 *       the values that the crate itself defines. All others are bytes here.
 *   <li>{@link dev.durability.rust.CrateImport} takes a directory over into the format of this
 *       library, and {@link dev.durability.rust.CrateExport} goes the other way.
 * </ul>
 *
 * <p>Damage is a {@link dev.durability.errors.CorruptLogException} whose message contains the words
 * of the crate, and an unknown version is a {@link dev.durability.errors.FormatException}. Entry
 * ids are unsigned: compare them with {@link java.lang.Long#compareUnsigned}. docs/rust.md says
 * which versions write what.
 */
package dev.durability.rust;
