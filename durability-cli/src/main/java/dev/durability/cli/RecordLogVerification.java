package dev.durability.cli;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * {@code verify} of a record log.
 *
 * @param name the file, as it was given
 * @param verdict how it was left
 * @param intact the last record before the end, or before the first damage
 * @param reason why it is not CLEAN; null if it is
 */
record RecordLogVerification(String name, Verdict verdict, long intact, @Nullable String reason) {
  /** Whether it is whole, and whether its end is. */
  static final int READINGS = 2;

  /**
   * Reads all of one.
   *
   * @throws FormatException if it is of another version, or no record log
   */
  static RecordLogVerification of(String name, SchemaSource source) throws IOException {
    RecordLogReader<byte[]> reader =
        RecordLogReader.of(source.directory(), String.valueOf(source.recordLog()), Codecs.bytes());
    long[] intact = {0};
    try {
      long unused = reader.replay((id, record) -> intact[0] = id);
      unused = reader.strict().replay((id, record) -> {});
      return new RecordLogVerification(name, Verdict.CLEAN, intact[0], null);
    } catch (FormatException other) {
      throw other;
    } catch (CorruptLogException damaged) {
      return new RecordLogVerification(name, Verdict.CORRUPT, intact[0], damaged.getMessage());
    } catch (DurabilityException notClean) { // Of the strict reader: a crash leaves that.
      return new RecordLogVerification(name, Verdict.TORN, intact[0], notClean.getMessage());
    }
  }

  byte[] text() {
    CrateReportText text = new CrateReportText();
    text.line("verdict", verdict.name());
    text.line("intact", intact + "  (the last record that can be read)");
    if (reason != null) {
      text.line("reason", reason);
      text.line(
          "to do",
          (verdict == Verdict.TORN
                  ? "after a crash nothing: opening cuts the end off. If nothing crashed: "
                  : "copy the file as it is. ")
              + "'durability explain "
              + ShellWord.of(name)
              + "' says more");
    }
    return text.bytes();
  }

  /** Programs read its keys, so they are fixed. */
  byte[] json() throws IOException {
    return CrateReportText.json(
        json -> {
          json.writeStringField("recordLog", name);
          json.writeStringField("verdict", verdict.name());
          json.writeNumberField("intact", intact);
          json.writeStringField("reason", reason);
        });
  }
}
