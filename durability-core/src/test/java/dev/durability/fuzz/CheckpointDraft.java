package dev.durability.fuzz;

import dev.durability.frame.FileType;
import dev.durability.frame.FrameKind;
import java.util.UUID;

/** The bytes of a checkpoint that a script builds. */
final class CheckpointDraft {
  private CheckpointDraft() {}

  static byte[] bytes(byte[] input) {
    Script script = new Script(input);
    if (script.below(4) == 0) {
      return script.rest();
    }
    FileDraft file = new FileDraft(FileType.CHECKPOINT, new UUID(1, 2), 0, 5, 0, 77);
    content(file, script);
    while (script.hasMore()) {
      file.step(script);
    }
    return file.bytes();
  }

  /** SCHEMA or none, some pieces, and END, right unless the script says otherwise. */
  static void content(FileDraft file, Script script) {
    int total = 0;
    int shape = script.below(8);
    int pieces = shape % 4;
    if (shape > 3) {
      file.schema(1, script);
    }
    for (int i = 1; i <= pieces; i++) {
      int length = script.next();
      total += length;
      file.entry(FrameKind.ENTRY, i, length);
    }
    int spoiled = script.below(8);
    if (spoiled != 1) {
      file.promise(FrameKind.END, pieces + (spoiled == 2 ? 2 : 1), total + (spoiled == 3 ? 1 : 0));
    }
    if (spoiled == 4) {
      file.step(script);
    }
  }
}
