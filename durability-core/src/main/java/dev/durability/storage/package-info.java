/**
 * Files as a storage library needs them: create, append, read at a position, rename atomically,
 * sync a file, sync a directory, and take one lock.
 *
 * <p>Start with {@link dev.durability.storage.Directory}. It is all that the library asks of a
 * store, and its Javadoc says what is durable after each method. {@link
 * dev.durability.storage.FsDirectory} keeps it in the file system, {@link
 * dev.durability.storage.MemoryDirectory} on the heap. Extend {@link
 * dev.durability.storage.ForwardingDirectory} to wrap one. {@link
 * dev.durability.storage.MappingDirectory} maps ended segments, at a risk that it names.
 *
 * <p>Nothing is durable until it is synced, and the content of a file and its name are synced
 * separately. So a file gets a durable name in this order, which {@link
 * dev.durability.storage.AtomicFile} keeps:
 *
 * <pre>
 *   create a.tmp    nothing is durable
 *   write           the bytes are in the page cache
 *   sync a.tmp      the bytes are durable, under a name that nobody reads
 *   rename a.tmp a  the name stands for the new bytes, or after a loss of power for the old ones
 *   sync the        the name is durable
 *     directory
 * </pre>
 *
 * <p>{@link dev.durability.storage.DurableFile} does all of that for a small file in one call.
 *
 * <p>Rules: a path is refused if it could lead out of the directory. Interrupting a thread disturbs
 * no call. A failed sync is final: trying it again proves nothing. All that an {@code FsDirectory}
 * creates gets its mode and group from {@code CreatedAccess}, and {@code DirectorySync} does all
 * its syncs of directories. {@code FsLock} explains how a lock is kept and how its loss is noticed.
 */
package dev.durability.storage;
