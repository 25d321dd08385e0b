/**
 * Files as a storage library needs them: create, append, positional read, atomic rename, sync of
 * files and of directories, and one lock.
 */
package dev.durability.storage;
