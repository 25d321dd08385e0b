package dev.durability.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An {@link FsDirectory} whose ended segments are mapped into memory when a log is read from one
 * end to the other: by a reader, or when the log or a state is opened. Nothing is copied then. All
 * else is read and written as ever.
 *
 * <p><b>A file that changes meanwhile, or cannot be read, kills the process.</b> If another program
 * cuts a mapped file, or its storage fails to give a page of it, then reading that page is no
 * exception that could be handled: the system ends the JVM with a SIGBUS, or the JVM throws an
 * {@link InternalError} at any place. If another program overwrites bytes after they were checked,
 * nobody notices. Only use this if nothing but this library writes the files, and a failing disk
 * may take the process down. {@link FsDirectory} alone has none of these dangers.
 *
 * <p>This library never changes what it maps: a segment that has a successor and whose last bytes
 * are its END. The mapping lasts until the garbage collector finds it unused. The room of a segment
 * that was deleted meanwhile is free only then, and Windows refuses to delete it before.
 *
 * <p>Files of 2 GiB and more are not mapped, nor are those of a file system that cannot do it.
 */
public final class MappingDirectory extends ForwardingDirectory {
  private final FsDirectory files;

  private MappingDirectory(FsDirectory files) {
    super(files);
    this.files = files;
  }

  /**
   * Returns a directory with the same files.
   *
   * @param files the directory, opened for writing or only for reading
   * @return the directory that maps them
   */
  public static MappingDirectory of(FsDirectory files) {
    return new MappingDirectory(files);
  }

  @Override
  public @Nullable ByteBuffer map(String path) throws IOException {
    Path file = files.readable(path);
    return ChannelReadFile.undisturbed(() -> Optional.ofNullable(map(file))).orElse(null);
  }

  private static @Nullable ByteBuffer map(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      long bytes = channel.size();
      return bytes > Integer.MAX_VALUE
          ? null
          : channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes);
    } catch (UnsupportedOperationException cannotMap) {
      return null;
    }
  }
}
