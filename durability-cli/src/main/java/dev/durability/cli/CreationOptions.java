package dev.durability.cli;

import dev.durability.storage.FsOptions;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options that say who may use what a command creates. */
final class CreationOptions {
  private static final String MODE = "--mode";
  private static final String GROUP = "--group";
  private static final Pattern OCTAL = Pattern.compile("0?[0-7]{3}");
  private static final int OWNER_READ_AND_WRITE = 0600;
  private static final int ANY_EXECUTE = 0111;

  /** Starting with the lowest bit. */
  private static final PosixFilePermission[] BITS = {
    PosixFilePermission.OTHERS_EXECUTE,
    PosixFilePermission.OTHERS_WRITE,
    PosixFilePermission.OTHERS_READ,
    PosixFilePermission.GROUP_EXECUTE,
    PosixFilePermission.GROUP_WRITE,
    PosixFilePermission.GROUP_READ,
    PosixFilePermission.OWNER_EXECUTE,
    PosixFilePermission.OWNER_WRITE,
    PosixFilePermission.OWNER_READ
  };

  private CreationOptions() {}

  /** Adds the options to a command. */
  static void add(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder(MODE)
            .type(String.class)
            .paramLabel("MODE")
            .description(
                "The permissions of files that are created, in octal, such as 660; directories get"
                    + " the right to search them too. 600 by default. What exists keeps its own.")
            .build());
    spec.addOption(
        OptionSpec.builder(GROUP)
            .type(String.class)
            .paramLabel("GROUP")
            .description("The group of what is created, by its name or number.")
            .build());
  }

  /**
   * Reads the options.
   *
   * @param given the command line
   * @param log where it is created
   * @param warnings takes what the user should know
   * @throws UsageException if they make no sense
   */
  static FsOptions of(ParseResult given, LogLocation log, Consumer<String> warnings) {
    if (!log.isLocal() && (given.hasMatchedOption(MODE) || given.hasMatchedOption(GROUP))) {
      throw new UsageException(MODE + " and " + GROUP + " are for directories of this machine");
    }
    FsOptions.Builder options = FsOptions.builder().warnings(warnings);
    String mode = given.matchedOptionValue(MODE, null);
    if (mode != null) {
      int file = octal(mode);
      options.fileMode(permissions(file)).directoryMode(permissions(withSearch(file)));
    }
    String group = given.matchedOptionValue(GROUP, null);
    if (group != null) {
      if (group.isBlank()) {
        throw new UsageException(GROUP + " must be the name or number of a group");
      }
      options.group(group);
    }
    return options.build();
  }

  private static int octal(String mode) {
    int bits = OCTAL.matcher(mode).matches() ? Integer.parseInt(mode, 8) : ANY_EXECUTE;
    if ((bits & ANY_EXECUTE) != 0 || (bits & OWNER_READ_AND_WRITE) != OWNER_READ_AND_WRITE) {
      throw new UsageException(
          MODE + " must be three octal digits of 0, 2, 4 and 6, the first of them 6, not " + mode);
    }
    return bits;
  }

  /** A user that may read or write files in a directory must be able to search it. */
  private static int withSearch(int file) {
    return file | ((file >> 2 | file >> 1) & ANY_EXECUTE);
  }

  private static Set<PosixFilePermission> permissions(int bits) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < BITS.length; i++) {
      if ((bits >> i & 1) != 0) {
        permissions.add(BITS[i]);
      }
    }
    return permissions;
  }
}
