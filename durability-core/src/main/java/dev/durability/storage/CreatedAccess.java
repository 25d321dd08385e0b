package dev.durability.storage;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives what is created its permissions and its group. Everything is created for its owner alone,
 * and opened to others afterwards. So nobody else can ever see it, and the umask removes nothing.
 */
final class CreatedAccess {
  private static final FileAttribute<?>[] NONE = {};
  private static final FileAttribute<?>[] OWNER_FILE = {
    PosixFilePermissions.asFileAttribute(FsOptions.OWNER_FILE)
  };
  private static final FileAttribute<?>[] OWNER_DIRECTORY = {
    PosixFilePermissions.asFileAttribute(FsOptions.OWNER_DIRECTORY)
  };

  private final boolean posix;
  private final @Nullable Set<PosixFilePermission> fileMode;
  private final @Nullable Set<PosixFilePermission> directoryMode;
  private final @Nullable GroupPrincipal group;

  private CreatedAccess(
      boolean posix,
      @Nullable Set<PosixFilePermission> fileMode,
      @Nullable Set<PosixFilePermission> directoryMode,
      @Nullable GroupPrincipal group) {
    this.posix = posix;
    this.fileMode = fileMode;
    this.directoryMode = directoryMode;
    this.group = group;
  }

  /**
   * Prepares what the options ask for.
   *
   * @param root any path in the file system
   * @throws IOException if the file system has no permissions, or the group is unknown
   */
  static CreatedAccess of(FsOptions options, Path root) throws IOException {
    boolean posix = root.getFileSystem().supportedFileAttributeViews().contains("posix");
    Set<PosixFilePermission> fileMode = options.fileMode();
    Set<PosixFilePermission> directoryMode = options.directoryMode();
    boolean usual =
        fileMode.equals(FsOptions.OWNER_FILE) && directoryMode.equals(FsOptions.OWNER_DIRECTORY);
    if (!posix && !(usual && options.group().isEmpty())) {
      throw new FileSystemException(
          root.toString(),
          null,
          "its file system has no POSIX permissions: do not set the options for mode and group");
    }
    @Nullable GroupPrincipal group =
        options.group().isEmpty() ? null : lookUp(root, options.group().get());
    return new CreatedAccess(
        posix,
        fileMode.equals(FsOptions.OWNER_FILE) ? null : fileMode,
        directoryMode.equals(FsOptions.OWNER_DIRECTORY) ? null : directoryMode,
        group);
  }

  private static GroupPrincipal lookUp(Path root, String name) throws IOException {
    try {
      return root.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
    } catch (UserPrincipalNotFoundException unknown) {
      throw new FileSystemException(
          root.toString(),
          null,
          "there is no group \""
              + name
              + "\" to give files to: create it, or do not set the option");
    }
  }

  /** {@return the attributes of a new file} */
  FileAttribute<?>[] ofNewFile() {
    return posix ? OWNER_FILE : NONE;
  }

  /** {@return the attributes of a new directory} */
  FileAttribute<?>[] ofNewDirectory() {
    return posix ? OWNER_DIRECTORY : NONE;
  }

  /**
   * Gives a file that was just created its group and permissions. They are durable after a sync of
   * the file's metadata. No lock of the file may be held: it is opened and closed here.
   *
   * @return whether there was anything to give
   * @throws IOException if that is not permitted, or fails; the file is then for its owner alone
   */
  boolean giveFile(Path file) throws IOException {
    return give(file, fileMode);
  }

  /** The same for a directory. */
  boolean giveDirectory(Path directory) throws IOException {
    return give(directory, directoryMode);
  }

  private boolean give(Path path, @Nullable Set<PosixFilePermission> mode) throws IOException {
    if (group == null && mode == null) {
      return false;
    }
    PosixFileAttributeView view =
        Objects.requireNonNull(
            Files.getFileAttributeView(
                path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
    if (group != null) {
      // Before the permissions, because they are meant for this group, not for the one it had.
      try {
        view.setGroup(group);
      } catch (FileSystemException refused) {
        FileSystemException clear =
            new FileSystemException(
                path.toString(),
                null,
                "cannot give it to the group "
                    + group.getName()
                    + ": "
                    + refused.getReason()
                    + "; make the user of this process a member of the group");
        clear.initCause(refused);
        throw clear;
      }
    }
    if (mode != null) {
      view.setPermissions(mode);
    }
    return true;
  }
}
