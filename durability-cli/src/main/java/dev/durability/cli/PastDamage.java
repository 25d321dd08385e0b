package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.salvage.EndRemains;
import dev.durability.salvage.LeftOutFile;
import dev.durability.salvage.MissingEntries;
import dev.durability.salvage.Salvage;
import dev.durability.salvage.SalvageTarget;
import dev.durability.salvage.SalvagedStretch;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Prints the intact entries of a log, also after damage, and tells each hole between them. */
final class PastDamage implements SalvageTarget {
  private static final String SEGMENTS = "wal";

  private final Directory log;
  private final CommandIo io;
  private final Codec<byte[]> codec;
  private final EntryChoice choice;
  private final EntryOutput out;
  private Optional<Schema> known = Optional.empty();
  private @Nullable Decoder<byte[]> decoder;
  private boolean isWhole = true;

  private PastDamage(
      Directory log, CommandIo io, Codec<byte[]> codec, EntryChoice choice, EntryOutput out) {
    this.log = log;
    this.io = io;
    this.codec = codec;
    this.choice = choice;
    this.out = out;
  }

  /**
   * Prints those of a log, or of a record log.
   *
   * @return whether nothing is missing in all of it
   */
  static boolean print(
      CommandIo io, SchemaSource source, Codec<byte[]> codec, EntryChoice choice, EntryOutput out)
      throws IOException {
    if (choice.last() > 0 || choice.hasTimes()) {
      throw new UsageException("--past-damage goes with --from and --to alone");
    }
    PastDamage printed = new PastDamage(source.directory(), io, codec, choice, out);
    if (source.recordLog() == null) {
      Salvage.of(source.directory(), printed).look();
    } else {
      Salvage.lookAtRecordLog(source.directory(), source.recordLog(), printed);
    }
    return printed.isWhole;
  }

  @Override
  public Directory begin(String source, long firstEntryId) {
    throw new IllegalStateException("nothing is written");
  }

  @Override
  public void entry(long id, Optional<Schema> schema, ByteBuffer payload) throws IOException {
    if (id < choice.from() || id > choice.to()) {
      return;
    }
    Decoder<byte[]> its = decoder;
    if (its == null || !schema.equals(known)) {
      its = codec.decoderOf(schema);
      decoder = its;
      known = schema;
    }
    out.entry(id, its.decode(payload));
  }

  @Override
  public void written(SalvagedStretch stretch) {
    isWhole &= stretch.doubt() == null;
  }

  @Override
  public void missing(MissingEntries gap) throws IOException {
    boolean isAsked = gap.firstEntryId() <= choice.to() && gap.lastEntryId() >= choice.from();
    if (gap.kind() == MissingEntries.Kind.COVERED && !(isAsked && isHole(gap))) {
      return;
    }
    isWhole = false;
    if (isAsked) {
      say(Explanation.entries(gap.firstEntryId(), gap.lastEntryId()) + ": " + gap.evidence());
    }
  }

  /** Truncations remove whole files from the beginning, and what follows the end is no hole. */
  private boolean isHole(MissingEntries gap) throws IOException {
    if (gap.before() == null || gap.after() != null) {
      return gap.before() != null;
    }
    return log.list(SEGMENTS).stream()
        .mapToLong(WrongFile::firstEntry)
        .anyMatch(first -> first >= gap.firstEntryId() && first <= gap.lastEntryId());
  }

  @Override
  public void remains(EndRemains remains) {
    say(SalvageOutput.text(remains));
  }

  @Override
  public void leftOut(LeftOutFile file) {
    // Entries that only a checkpoint had are missing then, which is told by itself.
    isWhole &= file.kind() == LeftOutFile.Kind.BAD_CHECKPOINT;
    say(file.file() + ": " + file.reason());
  }

  private void say(String notPrinted) {
    io.say(Failures.inOneLine("durability cat: not printed: " + notPrinted));
  }
}
