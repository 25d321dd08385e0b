package dev.durability.storage;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Who may use what an {@link FsDirectory} creates, and where its warnings go. Immutable; by default
 * only the owner may use it.
 *
 * <p>The options apply to every file and directory that is created, whatever the umask is, before
 * anything is written to it. Existing files keep their permissions and their group.
 */
public final class FsOptions {
  static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
  static final Set<PosixFilePermission> OWNER_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private static final FsOptions DEFAULTS = builder().build();

  private final Set<PosixFilePermission> fileMode;
  private final Set<PosixFilePermission> directoryMode;
  private final Optional<String> group;
  private final Consumer<String> warnings;

  private FsOptions(Builder b) {
    fileMode = b.fileMode;
    directoryMode = b.directoryMode;
    group = b.group;
    warnings = b.warnings;
  }

  /** {@return the defaults: see the methods of the builder} */
  public static FsOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from the defaults} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the permissions of files that are created} */
  public Set<PosixFilePermission> fileMode() {
    return fileMode;
  }

  /** {@return the permissions of directories that are created} */
  public Set<PosixFilePermission> directoryMode() {
    return directoryMode;
  }

  /** {@return the group of what is created, or empty for the one that the system gives} */
  public Optional<String> group() {
    return group;
  }

  /** {@return who gets messages for operators} */
  public Consumer<String> warnings() {
    return warnings;
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private Set<PosixFilePermission> fileMode = OWNER_FILE;
    private Set<PosixFilePermission> directoryMode = OWNER_DIRECTORY;
    private Optional<String> group = Optional.empty();
    private Consumer<String> warnings = Builder::log;

    private Builder() {}

    /**
     * Sets the permissions of files that are created.
     *
     * @param mode the permissions; the owner can read and write. By default it alone can
     * @return this builder
     */
    public Builder fileMode(Set<PosixFilePermission> mode) {
      fileMode = atLeast(OWNER_FILE, mode, "fileMode");
      return this;
    }

    /**
     * Sets the permissions of directories that are created.
     *
     * @param mode the permissions; the owner can read, write and search. By default it alone can
     * @return this builder
     */
    public Builder directoryMode(Set<PosixFilePermission> mode) {
      directoryMode = atLeast(OWNER_DIRECTORY, mode, "directoryMode");
      return this;
    }

    /**
     * Sets the group of files and directories that are created. The process must be allowed to give
     * files to that group: its user is a member, or root.
     *
     * @param name the name or number of the group; by default the one that the system gives
     * @return this builder
     */
    public Builder group(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("group is empty: give its name or number");
      }
      group = Optional.of(name);
      return this;
    }

    /**
     * Sets who gets messages that an operator should see and no caller has to handle, for example
     * that a file system cannot sync directories. Each message comes at most once per opened
     * directory. What the sink throws goes to the thread's uncaught exception handler.
     *
     * @param sink takes the messages; by default the {@link System.Logger} {@code
     *     dev.durability.storage}, as warnings
     * @return this builder
     */
    public Builder warnings(Consumer<String> sink) {
      warnings = Objects.requireNonNull(sink, "warnings");
      return this;
    }

    /** {@return the options} */
    public FsOptions build() {
      return new FsOptions(this);
    }

    private static void log(String message) {
      System.getLogger("dev.durability.storage").log(System.Logger.Level.WARNING, message);
    }

    private static Set<PosixFilePermission> atLeast(
        Set<PosixFilePermission> least, Set<PosixFilePermission> mode, String name) {
      if (!mode.containsAll(least)) {
        throw new IllegalArgumentException(
            name
                + " is "
                + PosixFilePermissions.toString(mode)
                + ": the owner needs "
                + PosixFilePermissions.toString(least));
      }
      return Collections.unmodifiableSet(EnumSet.copyOf(mode));
    }
  }
}
