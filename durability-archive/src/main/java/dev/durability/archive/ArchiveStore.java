package dev.durability.archive;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Where archives are: a store of objects under keys, with only what archiving needs.
 *
 * <p><b>Keys</b> are names of letters, digits, {@code -} and {@code .}, with {@code /} between
 * them.
 *
 * <p><b>Durability.</b> What {@link #putIfAbsent} stored is durable when it returns. An object
 * appears as a whole, and never changes.
 *
 * <p><b>Errors.</b> An {@link IOException} from {@link #putIfAbsent} or {@link #delete} leaves open
 * whether the call had its effect.
 *
 * <p><b>Threads.</b> Many threads and processes may use a store at the same time.
 */
public interface ArchiveStore extends Closeable {

  /**
   * Stores an object, unless there is one under its key. Of several that are stored under one key
   * at the same time, exactly one is.
   *
   * @param key the key
   * @param content the content
   * @return whether it was stored; false if the key is taken, by whatever content, also if that is
   *     of an earlier attempt of this very call, whose answer was lost on the way
   * @throws IOException if the storage fails
   */
  boolean putIfAbsent(String key, ObjectContent content) throws IOException;

  /**
   * Reads an object from an offset to its end.
   *
   * @param key the key
   * @param offset the first byte to read, 0 to the object's size
   * @return the bytes; the caller closes it. It fails rather than ending early
   * @throws java.nio.file.NoSuchFileException if there is no such object
   * @throws IOException if the storage fails
   */
  InputStream get(String key, long offset) throws IOException;

  /**
   * Lists keys. All that were stored before the call, and not deleted, are listed.
   *
   * @param prefix what they begin with; it ends with {@code /}, and no key is meant that has
   *     another {@code /} after it
   * @return the keys, sorted; none if there is none
   * @throws IOException if the storage fails
   */
  List<String> list(String prefix) throws IOException;

  /**
   * Deletes an object. Does nothing if there is none.
   *
   * @param key the key
   * @throws IOException if the storage fails
   */
  void delete(String key) throws IOException;

  /** {@return where it is, for messages} */
  String location();

  /**
   * Gives up what is open. Closing again does nothing.
   *
   * @throws IOException if the storage fails
   */
  @Override
  void close() throws IOException;
}
