package dev.durability.segment;

import dev.durability.frame.FrameFormat;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of checkpoints and of their temporary files. The default path is {@code
 * checkpoints/<last entry id, 20 digits>.ckpt}. The temporary path of a checkpoint that is being
 * written is its path, default or not, followed by {@code .<8 hex digits>.tmp}.
 */
public final class CheckpointName {
  /** The directory of the default names. */
  public static final String DIRECTORY = "checkpoints";

  private static final String DEFAULT = "([0-9]{20})\\.ckpt";
  private static final String ATTEMPT = "\\.[0-9a-f]{8}\\.tmp";

  private static final Pattern DEFAULT_FORM = Pattern.compile(DEFAULT);
  private static final Pattern ATTEMPT_FORM = Pattern.compile(ATTEMPT);
  private static final Pattern DEFAULT_ATTEMPT_FORM = Pattern.compile(DEFAULT + ATTEMPT);

  private static final String LARGEST = SegmentName.digits(FrameFormat.ENTRY_ID_MAX);

  private CheckpointName() {}

  /** The default path of the checkpoint that ends with an entry. */
  public static String path(long lastEntryId) {
    return DIRECTORY + "/" + SegmentName.digits(lastEntryId) + ".ckpt";
  }

  /**
   * Refuses a path at which a checkpoint would replace a file of the log, or be taken for another
   * checkpoint.
   *
   * @throws IllegalArgumentException if it is one
   */
  public static void requireFree(String path, long lastEntryId) {
    if (path.isEmpty()
        || path.startsWith(LogFiles.SEGMENTS + "/")
        || path.startsWith(LogFiles.QUARANTINE + "/")) {
      throw new IllegalArgumentException(
          "a checkpoint cannot have the path \""
              + path
              + "\": there the log keeps its own files. Choose a path outside of "
              + LogFiles.SEGMENTS
              + "/ and "
              + LogFiles.QUARANTINE
              + "/");
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (path.equals(DIRECTORY + "/" + name)
        && DEFAULT_FORM.matcher(name).matches()
        && !path.equals(path(lastEntryId))) {
      throw new IllegalArgumentException(
          "a checkpoint of the entries up to "
              + lastEntryId
              + " cannot have the path "
              + path
              + ", which says otherwise: choose another name");
    }
  }

  /**
   * The last entry ids of the checkpoints that have default names, newest first. None is opened.
   */
  public static List<Long> list(Directory directory) throws IOException {
    List<String> names;
    try {
      names = directory.list(DIRECTORY);
    } catch (NoSuchFileException none) {
      return List.of();
    }
    return names.stream()
        .map(DEFAULT_FORM::matcher)
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .filter(digits -> digits.compareTo(LARGEST) <= 0)
        .map(Long::parseLong)
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /** The temporary path of a checkpoint; the number tells attempts apart. */
  public static String temporary(String path, int attempt) {
    return String.format(Locale.ROOT, "%s.%08x.tmp", path, attempt);
  }

  /** Tells whether {@code name} is a temporary name of {@code checkpoint}. */
  public static boolean isTemporaryOf(String checkpoint, String name) {
    return name.startsWith(checkpoint)
        && ATTEMPT_FORM.matcher(name.substring(checkpoint.length())).matches();
  }

  /**
   * Tells whether a file in {@link #DIRECTORY} has the temporary name of a checkpoint with a
   * default name.
   */
  public static boolean isTemporary(String name) {
    return DEFAULT_ATTEMPT_FORM.matcher(name).matches();
  }
}
