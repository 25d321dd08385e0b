package dev.durability.wal;

import dev.durability.frame.FrameFormat;
import dev.durability.frame.WallClock;
import dev.durability.log.LogHold;
import dev.durability.storage.Directory;
import dev.durability.storage.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Holds a log's segments and checkpoints back, from a program beside the one that writes the log.
 * An observer of the writer can veto their removal; another process writes a file instead, which
 * each truncation reads: {@code holds/<holder>.hold} in the log's directory.
 *
 * <p>A hold expires, so that a holder that died does not fill the disk. A holder that goes on
 * writes it again before that, with a later time, and with a later entry once it needs less.
 *
 * <p>A file that is damaged, or that names a time more than {@link #LONGEST} ahead, holds
 * everything until someone releases it, because nobody knows what it was to hold. No crash leaves
 * such a file. The writer's observer is told of it: {@link WalObserver#onHeldBack}.
 *
 * <p>All methods may be called by many threads and processes, if each holder has its own name.
 */
public final class WalHolds {
  /** The longest time that a hold may have left. */
  public static final Duration LONGEST = Duration.ofDays(31);

  private static final String DIRECTORY = "holds";
  private static final String SUFFIX = ".hold";
  private static final int BYTES_MAX = 256;
  private static final Pattern HOLDER = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final Pattern FORM =
      Pattern.compile(
          "(durability hold 1\nfrom ([0-9]{1,19})\nuntil ([0-9]{1,19})\n)crc32c ([0-9a-f]{8})\n");

  private WalHolds() {}

  /**
   * Holds back all segments with an entry from one on, and the checkpoints that those continue. It
   * is durable when this returns, and each truncation that begins later obeys it. One that is under
   * way may not: list the segments after this call, not before it.
   *
   * @param directory where the log is
   * @param holder who holds them: 1 to 64 small letters, digits and hyphens, not beginning with a
   *     hyphen. An earlier hold of that name is replaced
   * @param fromEntryId the first entry that is needed
   * @param until when the hold expires, by the clock of the log's writer
   * @param now the time by the caller's clock
   * @throws IllegalArgumentException if the name is no such name, the entry is no entry id, or the
   *     time is more than {@link #LONGEST} ahead; nothing was written
   * @throws IOException if the storage fails; an earlier hold of that name is in force, or this one
   */
  public static void hold(
      Directory directory, String holder, long fromEntryId, Instant until, Instant now)
      throws IOException {
    String path = path(holder);
    if (fromEntryId < 1 || fromEntryId > FrameFormat.ENTRY_ID_MAX) {
      throw new IllegalArgumentException("entry ids are 1 to 2^63-2, not " + fromEntryId);
    }
    long untilMicros = WallClock.micros(until);
    if (untilMicros < 0 || until.isAfter(now.plus(LONGEST))) {
      throw new IllegalArgumentException(
          "a hold until "
              + until
              + " is not written: it may last "
              + LONGEST.toDays()
              + " days, and be written again before it expires");
    }
    String text = "durability hold 1\nfrom " + fromEntryId + "\nuntil " + untilMicros + "\n";
    String all = text + "crc32c " + checksum(text) + "\n";
    DurableFile.write(directory, path, all.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Releases a hold, damaged or not. It is gone, durably, when this returns.
   *
   * @param directory where the log is
   * @param holder who holds
   * @return whether there was a hold of that name
   * @throws IllegalArgumentException if it is no name of a holder
   * @throws IOException if the storage fails; the hold may be there or not
   */
  public static boolean release(Directory directory, String holder) throws IOException {
    return DurableFile.delete(directory, path(holder));
  }

  /**
   * Lists the holds, those that expired and those that are damaged among them.
   *
   * @param directory where the log is
   * @param now the time
   * @return the holds, by the names of the holders; none if there is no log
   * @throws IOException if they cannot be listed. A hold that cannot be read counts as damaged
   */
  public static List<LogHold> list(Directory directory, Instant now) throws IOException {
    List<String> names;
    try {
      names = directory.list(DIRECTORY);
    } catch (NoSuchFileException none) {
      return List.of();
    }
    List<LogHold> holds = new ArrayList<>();
    for (String name : names) {
      String holder = name.endsWith(SUFFIX) ? name.substring(0, name.indexOf('.')) : "";
      if (HOLDER.matcher(holder).matches() && name.equals(holder + SUFFIX)) {
        try {
          holds.add(read(directory, holder, now));
        } catch (NoSuchFileException releasedMeanwhile) {
          // It holds nothing any more.
        } catch (IOException unreadable) {
          holds.add(damaged(holder, "it cannot be read: " + unreadable.getMessage()));
        }
      }
    }
    return holds;
  }

  private static LogHold read(Directory directory, String holder, Instant now) throws IOException {
    byte[] bytes = DurableFile.read(directory, path(holder), BYTES_MAX);
    Matcher text = FORM.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    if (!text.matches() || !text.group(4).equals(checksum(text.group(1)))) {
      return damaged(holder, "its " + bytes.length + " bytes are not those of a hold");
    }
    try {
      long from = Long.parseLong(text.group(2));
      Instant until = WallClock.instant(Long.parseLong(text.group(3)));
      if (from < 1 || from > FrameFormat.ENTRY_ID_MAX || until.isAfter(now.plus(LONGEST))) {
        return damaged(
            holder, "it holds back what follows entry " + from + " until " + until + ", absurdly");
      }
      return new LogHold(holder, from, until, null);
    } catch (NumberFormatException tooLarge) {
      return damaged(holder, "it has a number above 2^63-1");
    }
  }

  private static LogHold damaged(String holder, String problem) {
    return new LogHold(
        holder,
        1,
        Instant.MAX,
        path(holder)
            + " is damaged: "
            + problem
            + ". Nothing is removed from the log until it is deleted");
  }

  private static String path(String holder) {
    if (!HOLDER.matcher(holder).matches()) {
      throw new IllegalArgumentException(
          "a holder has 1 to 64 small letters, digits and hyphens as its name, and begins with no"
              + " hyphen: not \""
              + holder
              + "\"");
    }
    return DIRECTORY + "/" + holder + SUFFIX;
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
