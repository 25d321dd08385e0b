package dev.durability.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is in the directory of the segments and has no name of this library: nothing reads it. */
final class ForeignFiles {
  private static final int NAMED_MAX = 5;
  private static final Pattern SEGMENT = Pattern.compile("wal/\\d{20}-(\\d{20})\\.wal");
  private static final Set<String> OWN = Set.of(".lock", ".lock.holder");

  private ForeignFiles() {}

  /** Tells the names. A segment that is missing may be one of these. */
  static List<String> notes(Path log) throws IOException {
    Path wal = log.resolve("wal");
    if (!Files.isDirectory(wal)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(wal)) {
      for (Path each : all) {
        String name = String.valueOf(each.getFileName());
        boolean isOwn =
            OWN.contains(name) || name.endsWith(".tmp") || WrongFile.firstEntry(name) > 0;
        if (!isOwn) {
          names.add("wal/" + name + (Files.isDirectory(each) ? "/" : ""));
        }
      }
    }
    if (names.isEmpty()) {
      return List.of();
    }
    names.sort(null);
    List<String> notes = new ArrayList<>();
    for (String name : names.subList(0, Math.min(NAMED_MAX, names.size()))) {
      Matcher segment = SEGMENT.matcher(name);
      if (segment.lookingAt() && !Files.exists(log.resolve(segment.group()))) {
        notes.add(
            name
                + " has the name of a segment that is missing, with something added: it may hold the"
                + " entries from "
                + Long.parseLong(segment.group(1))
                + " on. Look at it before they are given up.");
      }
    }
    notes.add(
        "Not the log's, and read by nothing: "
            + String.join(", ", names.subList(0, Math.min(NAMED_MAX, names.size())))
            + (names.size() > NAMED_MAX ? ", and " + (names.size() - NAMED_MAX) + " more" : "")
            + ". If a segment is missing, look whether it is among these.");
    return notes;
  }
}
