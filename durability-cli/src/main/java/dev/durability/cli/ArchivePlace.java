package dev.durability.cli;

import dev.durability.archive.ArchiveStore;
import dev.durability.archive.ArchiveStores;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The place of an archive as an option or operand, and what the commands about archives share. */
final class ArchivePlace {
  static final String JSON = "--json";
  static final String LOCATIONS =
      "ARCHIVE is a directory, or s3://BUCKET/PREFIX. Credentials and region of S3 come from the"
          + " environment or profile, as for other programs that use the AWS SDK;"
          + " s3://BUCKET/PREFIX?endpoint=URL&region=NAME is another service than Amazon's.";

  private ArchivePlace() {}

  static OptionSpec of(String name, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel("ARCHIVE")
        .required(true)
        .description(description)
        .build();
  }

  static OptionSpec text(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  static OptionSpec number(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(Long.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  /** Opens the store that an option names. */
  static ArchiveStore open(ParseResult given, String option) throws IOException {
    return open(given.matchedOptionValue(option, ""));
  }

  /** Refuses a place in the directory of the log: its names are the log's, and it goes with it. */
  static void requireOutside(LogLocation log, String location) throws IOException {
    if (log.isLocal() && !isAddress(location)) {
      try {
        if (real(Path.of(location)).startsWith(real(Path.of(log.name())))) {
          throw new UsageException(
              location + " is in the directory of the log: take another place, on another disk");
        }
      } catch (InvalidPathException wrong) {
        throw new UsageException(String.valueOf(wrong.getMessage()));
      }
    }
  }

  /** Without links, as far as it exists. */
  private static Path real(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    Path there = absolute;
    for (Path up = there.getParent(); up != null && !Files.exists(there); up = up.getParent()) {
      there = up;
    }
    return there.toRealPath().resolve(there.relativize(absolute)).normalize();
  }

  /** Opens the store of an archive that has to be there. */
  static ArchiveStore openExisting(String location) throws IOException {
    if (!isAddress(location) && !Files.isDirectory(Path.of(location))) {
      throw new NoSuchFileException(location, null, "there is no archive here");
    }
    return open(location);
  }

  static ArchiveStore open(String location) throws IOException {
    try {
      return ArchiveStores.open(location);
    } catch (IllegalArgumentException wrong) {
      throw new UsageException(String.valueOf(wrong.getMessage()));
    }
  }

  /** Whether an operand is an archive, or what is left of one, rather than a log. */
  static boolean isArchive(String location) {
    return isAddress(location)
        || ((Files.isRegularFile(Path.of(location, "archive"))
                || Files.isDirectory(Path.of(location, "timelines"))
                || Files.isDirectory(Path.of(location, "begun")))
            && !Files.isDirectory(Path.of(location, "wal")));
  }

  /** Whether it is the address of a store rather than a directory. */
  static boolean isAddress(String location) {
    return location.contains("://") && !location.startsWith(StoreAddress.SCHEME);
  }

  /** Shows how far a call has come, once it is known how much there is to do. */
  static dev.durability.archive.Progress shown(CommandIo io, String task, Bar bar) {
    return (done, total) -> {
      Progress shown = bar.progress;
      if (shown == null) {
        shown = Progress.start(io, task, total);
        bar.progress = shown;
      }
      shown.reach(done);
    };
  }

  /** A bar that begins when it is known how much there is to do. */
  static final class Bar implements AutoCloseable {
    private @Nullable Progress progress;

    @Override
    public void close() {
      if (progress != null) {
        progress.close();
      }
    }
  }

  static void print(CommandIo io, String line) throws IOException {
    String printable = Printable.text(line) + System.lineSeparator(); // Names come from the store.
    io.out().write(printable.getBytes(Charset.defaultCharset()));
    io.out().flush();
  }
}
