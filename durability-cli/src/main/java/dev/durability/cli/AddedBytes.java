package dev.durability.cli;

import dev.durability.log.SegmentEnd;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Segments to which something was added after their END, although others follow: they are cut
 * there.
 */
final class AddedBytes {

  private AddedBytes() {}

  /**
   * Looks for them. What follows the end of the last segment, opening cuts off.
   *
   * @return null if there are none
   */
  static Mending.@Nullable Stage in(Directory log, LogLook look) {
    List<Explanation.Cause> causes = new ArrayList<>();
    List<String> commands = new ArrayList<>();
    Map<String, MendedFiles.Change> changes = new TreeMap<>();
    for (LogContents.SegmentLook each : look.contents().beforeTheLast()) {
      SegmentEnd end = each.end();
      if (end != null && end.isEnded() && !end.isCut() && end.leftBytes() > 0) {
        String file = each.info().file();
        causes.add(DamagedSegment.byEnd(file, end));
        commands.add("'truncate -s " + end.offset() + " " + Mending.inCopy(file) + "'");
        changes.put(file, longer -> new Cut(longer, end.offset()));
      }
    }
    return causes.isEmpty()
        ? null
        : new Mending.Stage(
            causes,
            List.of(
                "Find out what writes to the directory. In the copy: "
                    + String.join(" ", commands)),
            List.of(),
            MendedFiles.changed(log, changes));
  }

  private record Cut(ReadFile file, long size) implements ReadFile {

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      if (position >= size) {
        return -1;
      }
      int limit = target.limit();
      target.limit((int) Math.min(limit, target.position() + size - position));
      int count = file.read(target, position);
      target.limit(limit);
      return count;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
