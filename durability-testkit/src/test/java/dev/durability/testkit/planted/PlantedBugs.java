package dev.durability.testkit.planted;

import static dev.durability.testkit.planted.Patch.asking;
import static dev.durability.testkit.planted.Patch.assuming;
import static dev.durability.testkit.planted.Patch.atItsEnd;
import static dev.durability.testkit.planted.Patch.calling;
import static dev.durability.testkit.planted.Patch.constant;
import static dev.durability.testkit.planted.Patch.passing;
import static dev.durability.testkit.planted.Patch.reading;
import static dev.durability.testkit.planted.Patch.returning;
import static dev.durability.testkit.planted.Patch.withoutAssigning;
import static dev.durability.testkit.planted.Patch.withoutCall;

import dev.durability.InsteadInState;
import dev.durability.testkit.planted.Hunt.Workload;
import java.util.List;

/** All of them. */
final class PlantedBugs {
  static final List<PlantedBug> ALL =
      List.of(
          bug(
              "data-not-synced",
              "the sync of a segment before the acknowledgement",
              "acknowledged entries survive",
              new Patch("append.SegmentAppender", "sync(FrameFile)", withoutCall("FrameFile.sync")),
              Workload.LOG,
              1),
          bug(
              "header-not-synced",
              "the sync of a segment before it gets its name",
              "a final name stands for a whole header",
              new Patch("segment.SegmentStart", "name", withoutCall("SegmentStart.sync")),
              Workload.LOG,
              1),
          bug(
              "segment-name-not-synced",
              "the sync of the directory after the rename",
              "acknowledged entries survive",
              new Patch("segment.SegmentStart", "name", withoutCall("Directory.sync")),
              Workload.LOG,
              1),
          bug(
              "acknowledged-without-a-name",
              "the name of a segment before its first entries are acknowledged",
              "acknowledged entries survive",
              new Patch(
                  "append.SegmentAppender", "sync(FrameFile)", withoutCall("SegmentAppender.name")),
              Workload.LOG,
              1),
          bug(
              "flushed-without-a-name",
              "the name of a segment before its first entries are flushed",
              "flushed entries survive the process",
              new Patch("append.SegmentAppender", "flush", withoutCall("SegmentAppender.name")),
              Workload.LOG_IN_BUFFERS,
              1),
          bug(
              "not-flushed",
              "that a round that does not sync flushes",
              "flushed entries survive the process",
              new Patch("append.SegmentAppender", "flush", withoutCall("FrameFile.flush")),
              Workload.LOG_IN_BUFFERS,
              1),
          bug(
              "records-not-flushed",
              "the same of a record log",
              "flushed records survive the process",
              new Patch(
                  "recordlog.RecordLogWriter", "flushBuffer", withoutCall("OwnedLogFile.flush")),
              Workload.RECORD_LOG_IN_BUFFERS,
              1),
          bug(
              "written-is-acknowledged",
              "to look whether it is durable, and not only written",
              "acknowledged entries survive",
              new Patch("commit.Rounds", "join", reading("written", "durable")),
              Workload.LOG,
              1),
          bug(
              "failure-does-not-poison",
              "to remember that a sync failed",
              "after a failed sync nothing is acknowledged",
              new Patch("commit.Poison", "addUnlessOpen", withoutAssigning("first")),
              Workload.LOG_WITH_FAILED_SYNCS,
              1),
          bug(
              "sync-tried-again",
              "that a sync that failed cannot be tried again",
              "after a failed sync nothing is acknowledged",
              new Patch("frame.FrameFile", "sync", calling("AppendFile.sync", "syncTwice")),
              Workload.LOG_WITH_FAILED_SYNCS,
              1),
          bug(
              "directory-sync-tried-again",
              "the same of a directory",
              "after a failed sync nothing is acknowledged",
              new Patch("segment.SegmentStart", "name", calling("Directory.sync", "syncTwice")),
              Workload.LOG_WITH_FAILED_SYNCS,
              2),
          bug(
              "mark-before-sync",
              "that a MARK promises only what a sync covered",
              "a promise is about what is on stable storage",
              new Patch("append.SegmentAppender", "write(Block)", reading("placedId", "durableId")),
              Workload.LOG,
              3),
          bug(
              "end-promises-itself",
              "that END is written before its block is synced",
              "a promise is about what is on stable storage",
              new Patch(
                  "append.Block", "withEnd", calling("FrameEncoder.promise", "promiseOfItself")),
              Workload.LOG,
              1),
          bug(
              "successor-before-sync",
              "the sync of a segment that ends",
              "a header promises all entries before it",
              new Patch("append.SegmentAppender", "sync()", withoutCall("SegmentAppender.settle")),
              Workload.LOG,
              1),
          bug(
              "no-end",
              "END where a segment ends",
              "a segment with a successor ends with END",
              new Patch("append.PromiseFrames", "around", withoutCall("Block.withEnd")),
              Workload.LOG,
              1),
          bug(
              "no-part",
              "that an entry of a batch is a PART unless it is the last",
              "a batch is recovered whole or not at all",
              new Patch("append.AppendQueue", "batch", reading("ENTRY", "PART")),
              Workload.LOG,
              1),
          bug(
              "mark-in-batch",
              "that nothing stands between the parts of a batch",
              "acknowledged entries survive",
              new Patch(
                  "append.Block", "entry", calling("FrameEncoder.unsealed", "unsealedAndMark")),
              Workload.LOG,
              1),
          bug(
              "not-rewritten",
              "to write again what a failed sync may have left in the page cache",
              "what was recovered is durable",
              new Patch("wal.LogOpening", "rewrite", calling("Rewrite.tail", "onlyCut")),
              Workload.LOG_WITH_FAILED_SYNCS,
              1),
          bug(
              "name-not-rewritten",
              "that a name may be in memory alone, too",
              "what was recovered is durable",
              new Patch("wal.LogOpening", "rewrite", calling("Rewrite.whole", "inPlace")),
              Workload.LOG_WITH_FAILED_SYNCS,
              2),
          bug(
              "rewriting-not-synced",
              "the sync after the rewriting",
              "what was recovered is durable; what was cut stays away",
              new Patch("frame.Rewrite", "tail", withoutCall("AppendFile.sync")),
              Workload.RECORD_LOG,
              1),
          bug(
              "rewritten-file-not-synced",
              "the sync of a segment that is written anew, before the rename",
              "acknowledged entries survive",
              new Patch(
                  "frame.Rewrite",
                  "whole(Directory,String,ReadFile,long,long)",
                  calling("AtomicFile.create", "unsynced")),
              Workload.LOG,
              1),
          bug(
              "rewritten-name-not-synced",
              "the sync of the directory after that rename",
              "a segment with a successor ends with END",
              new Patch(
                  "frame.Rewrite",
                  "whole(Directory,String,ReadFile,long,long)",
                  calling("AtomicFile.create", "unnamed")),
              Workload.LOG,
              2),
          bug(
              "end-at-opening-not-synced",
              "the sync of the END that opening writes",
              "a segment with a successor ends with END",
              new Patch("wal.LogOpening", "rewriteAndEnd", withoutCall("FrameFile.sync")),
              Workload.LOG,
              1),
          bug(
              "not-quarantined",
              "to keep what is cut",
              "what is cut is in quarantine",
              new Patch("wal.LogOpening", "settle", withoutCall("LogOpening.keepWhatIsCut")),
              Workload.LOG,
              1),
          bug(
              "quarantine-not-synced",
              "the sync of a file in quarantine",
              "what is cut is in quarantine",
              new Patch("frame.Quarantine", "write", calling("AtomicFile.create", "unsynced")),
              Workload.LOG,
              1),
          bug(
              "quarantine-name-not-synced",
              "the sync of quarantine/",
              "what is cut is in quarantine",
              new Patch("frame.Quarantine", "write", calling("AtomicFile.create", "unnamed")),
              Workload.LOG,
              1),
          bug(
              "quarantine-name-not-synced-again",
              "the sync of quarantine/ if the copy is found there",
              "what is cut is in quarantine",
              new Patch("frame.Quarantine", "copy", withoutCall("Directory.sync")),
              Workload.LOG,
              2),
          bug(
              "checkpoint-not-synced",
              "the sync of a checkpoint",
              "a published checkpoint covers what it said",
              new Patch(
                  "checkpoint.CheckpointWriter",
                  "create",
                  calling("AtomicFile.create", "unsynced")),
              Workload.LOG,
              1),
          bug(
              "checkpoint-name-not-synced",
              "the sync of checkpoints/ after the rename",
              "a checkpoint that was written is there",
              new Patch(
                  "checkpoint.CheckpointWriter", "create", calling("AtomicFile.create", "unnamed")),
              Workload.LOG,
              5),
          bug(
              "marker-before-checkpoint-name",
              "the sync of a checkpoint's directory before its marker",
              "a marked checkpoint is there",
              new Patch("wal.Truncation", "appendMarker", withoutCall("Directory.sync")),
              Workload.LOG,
              4),
          bug(
              "truncated-without-marker",
              "the marker before segments are removed",
              "the log reaches back to what is covered",
              new Patch("wal.Truncation", "through", withoutCall("Truncation.cover")),
              Workload.LOG,
              3),
          bug(
              "truncated-before-marker-is-synced",
              "to sync the marker before segments are removed",
              "the log reaches back to what is covered",
              new Patch("wal.EntryAppender", "appendCheckpoint", passing("GroupCommit.join", 0)),
              Workload.LOG,
              11),
          bug(
              "marker-not-awaited",
              "that a marker takes a position in the order of appends, though no id",
              "the log reaches back to what is covered",
              new Patch("append.AppendQueue", "checkpoint", withoutAssigning("position")).times(2),
              Workload.LOG,
              1),
          bug(
              "preamble-not-carried",
              "the checkpoints that an empty segment named, when another takes its place",
              "a marked checkpoint is there",
              new Patch("wal.LogOpening", "settle", calling("Preamble.checkpoints", "none")),
              Workload.LOG,
              2),
          bug(
              "removal-not-synced",
              "the sync of the directory after segments were removed",
              "what was removed stays away",
              new Patch("wal.Truncation", "syncRemoval", withoutCall("Directory.sync")),
              Workload.LOG,
              1),
          bug(
              "removed-newest-first",
              "that the oldest segment goes first",
              "segments are removed from the front",
              new Patch("wal.Truncation", "through", calling("Stream.toList", "reversed")),
              Workload.LOG,
              1),
          bug(
              "old-checkpoint-first",
              "that the old checkpoint is needed until the new one is durable",
              "the log reaches back to what is covered",
              new Patch(
                      "checkpoint.CheckpointPublisher",
                      "publishHeld",
                      calling("Checkpoints.write", "writeAlone"))
                  .times(2),
              Workload.LOG,
              1),
          bug(
              "log-id-unchecked",
              "that a segment may be of another log",
              "CORRUPT if the log is not whole",
              new Patch("segment.Segment", "whyNotNext", assuming("UUID.equals", 1)),
              Workload.LOG,
              1),
          bug(
              "successor-unchecked",
              "that a segment has to continue the one before",
              "CORRUPT if the log is not whole",
              new Patch("segment.Segment", "whyNotNext", returning(0)),
              Workload.LOG,
              1),
          bug(
              "checksum-unchecked",
              "to compare the checksum of a frame",
              "what is found is what was appended",
              new Patch("frame.FrameReader", "checksumIsRight", returning(1)),
              Workload.LOG,
              1),
          bug(
              "header-checksum-unchecked",
              "to compare the checksum of a header",
              "CORRUPT if the log is not whole",
              new Patch(
                  "frame.FileHeader", "decode", calling("FileHeader.checksum", "storedChecksum")),
              Workload.LOG,
              1),
          bug(
              "read-error-is-the-end",
              "that a read error is not the end of a file",
              "a read error is an error",
              new Patch("frame.FileWindow", "fill", calling("ReadFile.read", "readOrEnd")),
              Workload.LOG,
              1),
          bug(
              "promise-past-break-ignored",
              "to look for promises after the break",
              "CORRUPT if a promise exceeds what is intact",
              new Patch("frame.Remains", "of", withoutCall("FrameReader.promised")),
              Workload.LOG,
              1),
          bug(
              "later-segment-ignored",
              "that a run must end in the last segment",
              "CORRUPT if a promise exceeds what is intact",
              new Patch("segment.LogFindings", "conclude", assuming("LogCursor.isInLast", 1)),
              Workload.LOG,
              1),
          bug(
              "checkpoint-unread",
              "to read a checkpoint before it counts",
              "CORRUPT if the log is not whole",
              new Patch(
                  "segment.Coverage",
                  "newestOfDefaultNames",
                  assuming("CheckpointFile.isValid", 1)),
              Workload.LOG,
              1),
          bug(
              "ids-restart",
              "that ids go on after opening",
              "ids continue",
              new Patch("append.AppendQueue", "<init>", assuming("SegmentName.firstEntryId", 1)),
              Workload.LOG,
              1),
          bug(
              "record-log-not-synced",
              "the sync of a record log",
              "acknowledged records survive",
              new Patch("recordlog.OwnedLogFile", "sync", withoutCall("OwnedLogFile.guarded"))
                  .times(2),
              Workload.RECORD_LOG,
              1),
          bug(
              "record-log-header-not-synced",
              "the sync of a record log before it gets its name",
              "a final name stands for a whole header",
              new Patch(
                  "recordlog.RecordLogOpening", "create", calling("AtomicFile.create", "unsynced")),
              Workload.RECORD_LOG,
              1),
          bug(
              "record-log-name-not-synced",
              "the sync of the directory after that",
              "acknowledged records survive",
              new Patch(
                  "recordlog.RecordLogOpening", "create", calling("AtomicFile.create", "unnamed")),
              Workload.RECORD_LOG,
              2),
          bug(
              "record-log-name-not-synced-again",
              "the sync of the directory by who finds the file",
              "acknowledged records survive",
              new Patch("recordlog.RecordLogOpening", "resume", withoutCall("Directory.sync")),
              Workload.RECORD_LOG,
              1),
          bug(
              "record-log-does-not-stop",
              "to remember that a sync failed",
              "after a failed sync nothing is acknowledged",
              new Patch("recordlog.OwnedLogFile", "guarded", withoutAssigning("firstFailure")),
              Workload.RECORD_LOG,
              1),
          bug(
              "update-not-synced",
              "to sync the log before an update returns",
              "an update that returned survives",
              new Patch("Updates", "appendDurable", calling("WalWriter.appendDurable", "append")),
              Workload.STATE,
              1),
          bug(
              "applied-before-durable",
              "that an update is applied once it is durable",
              "a reader sees nothing that a crash takes back",
              new Patch(
                  "AppliedState",
                  "expect",
                  atItsEnd(
                      "dev/durability/AppliedState",
                      "applyThrough",
                      "(JJ)Ldev/durability/AppliedState$Progress;")),
              Workload.STATE,
              3),
          bug(
              "checkpoint-says-less",
              "that the state of a checkpoint ends where it says",
              "no update is applied twice",
              new Patch(
                  "Publishing",
                  "publishAlone",
                  calling("CheckpointPublisher.publish", "publishAsOlder")),
              Workload.STATE,
              1),
          bug(
              "checkpoint-says-more",
              "that a checkpoint contains what it says",
              "an update that returned survives",
              new Patch(
                  "Publishing",
                  "publishAlone",
                  calling("CheckpointPublisher.publish", "publishAsNewer")),
              Workload.STATE,
              5),
          bug(
              "replayed-once-more",
              "that replay starts after the checkpoint",
              "no update is applied twice",
              new Patch("StateLoading", "fromId", constant(1, 0)),
              Workload.STATE,
              1),
          bug(
              "answer-before-durable",
              "that a command is applied, and answers, once it is synced and not only written",
              "a result that was delivered is never taken back",
              List.of(
                  new Patch(
                      "Updates",
                      "appendDurable",
                      calling("WalWriter.appendDurable", "appendAndFlush")),
                  new Patch(
                      "Updates",
                      "applyDurable",
                      calling("WalWriter.lastDurableId", "lastAppendedId"))),
              Workload.STATE,
              1),
          bug(
              "future-before-durable",
              "the same of a future",
              "a result that was delivered is never taken back",
              List.of(
                  new Patch(
                      "UpdateFuture", "follow", calling("AppendFuture.whenComplete", "atOnce")),
                  new Patch(
                      "Updates",
                      "applyDurable",
                      calling("WalWriter.lastDurableId", "lastAppendedId"))),
              Workload.STATE,
              1),
          bug(
              "answer-without-applying",
              "to apply a command before it answers",
              "a result is that of the command",
              List.of(
                  new Patch("Updates", "roundEnded", returning(0)),
                  new Patch("Updates", "settled", withoutCall("Updates.applyDurable"))),
              Workload.STATE,
              1),
          bug(
              "future-without-applying",
              "the same of a future",
              "a result is that of the command",
              List.of(
                  new Patch("Updates", "roundEnded", returning(0)),
                  new Patch("Updates", "outcome", withoutCall("Updates.applyDurable"))),
              Workload.STATE,
              1),
          bug(
              "answer-after-a-failed-sync",
              "that a command fails whose sync does",
              "after a failed sync nothing is acknowledged",
              new Patch(
                  "Updates",
                  "appendDurable",
                  calling("WalWriter.appendDurable", "appendDurableOrNot")),
              Workload.STATE,
              1),
          bug(
              "answer-of-another-thread",
              "that others are applied before a thread takes its result",
              "a result is that of the command",
              new Patch(
                  "Updates",
                  "execute",
                  calling("Expected.value", InsteadInState.class, "valueOfTheLast")),
              Workload.STATE,
              1),
          bug(
              "answer-of-another-future",
              "the same of a future",
              "a result is that of the command",
              new Patch(
                  "UpdateFuture",
                  "value",
                  calling("Expected.value", InsteadInState.class, "valueOfTheLast")),
              Workload.STATE,
              1),
          bug(
              "refused-not-appended",
              "that a command decides once it is its turn, and is in the log if it is refused",
              "a result is that of a fold over the log",
              new Patch(
                  "Updates",
                  "execute",
                  calling("Updates.settled", InsteadInState.class, "settledUnlessRefused")),
              Workload.STATE,
              3),
          bug(
              "refused-takes-no-id",
              "that a command which is refused takes an id, too",
              "a command is given the id of its entry",
              new Patch(
                  "AppliedState",
                  "apply",
                  calling("CommandMachine.execute", InsteadInState.class, "withIdOfTheAccepted")),
              Workload.STATE,
              1),
          bug(
              "live-with-another-id",
              "that a command gets the id of its entry, and not of the one before",
              "a command is applied alike live and at recovery",
              new Patch(
                  "AppliedState",
                  "apply",
                  calling("CommandMachine.execute", InsteadInState.class, "withIdBefore")),
              Workload.STATE,
              1),
          bug(
              "recovered-with-another-id",
              "the same at recovery",
              "a command is applied alike live and at recovery",
              new Patch("StateLoading", "entry", calling("StateMachine.apply", "withIdBefore")),
              Workload.STATE,
              1),
          bug(
              "recovered-twice",
              "that recovery applies a command once",
              "no update is applied twice",
              new Patch("StateLoading", "entry", calling("StateMachine.apply", "twice")),
              Workload.STATE,
              1),
          bug(
              "cut-without-its-flag",
              "that a segment which rewinds says so",
              "an honest crash never blocks opening",
              new Patch(
                  "segment.SegmentPlan", "beginning", calling("FileHeader.encode", "withoutFlags")),
              Workload.CUTS,
              1),
          bug(
              "cut-name-not-awaited",
              "to wait for the name of the segment that rewinds",
              "a cut is durable when it returns",
              new Patch(
                  "append.SegmentAppender", "startOverIfDue", withoutCall("SegmentAppender.name")),
              Workload.CUTS,
              1),
          bug(
              "cut-forgets-checkpoints",
              "the CHECKPOINTs of the preambles that a cut makes void",
              "what is covered stays so",
              new Patch("segment.StartingOver", "complete", withoutCall("Set.addAll")),
              Workload.CUTS,
              1),
          bug(
              "cut-forgets-what-is-kept-elsewhere",
              "that a cut over a new beginning begins there, too",
              "what is covered stays so",
              new Patch("segment.StartingOver", "flags", returning(0)),
              Workload.CUTS,
              6),
          bug(
              "replacement-forgets-flags",
              "the flags of an empty segment that is replaced",
              "an honest crash never blocks opening",
              new Patch("segment.SegmentPlan", "inPlaceOf", calling("FileHeader.flags", "noFlags")),
              Workload.CUTS,
              1),
          bug(
              "cut-not-seen",
              "that the entries of a segment end where a later one rewinds",
              "recovery yields what was not cut off",
              new Patch("segment.LogCursor", "enter", withoutCall("FrameRun.endAfter")),
              Workload.CUTS,
              1),
          bug(
              "marker-after-an-entry",
              "that a CHECKPOINT comes before the first entry of a segment",
              "what is covered stays so",
              new Patch("wal.EntryAppender", "rotateIfUsed", returning(0)),
              Workload.CUTS,
              1),
          bug(
              "cut-while-publishing",
              "that the end stays while a checkpoint is made",
              "the log reaches as far as what is covered",
              new Patch(
                  "checkpoint.CheckpointPublisher",
                  "publishUncut",
                  calling("WalWriter.holdEnd", "noHold")),
              Workload.CUTS,
              11),
          bug(
              "cut-before-the-sync",
              "the sync of the segment that a cut ends",
              "a header promises all entries before it",
              new Patch(
                  "append.SegmentAppender", "endForCut", withoutCall("SegmentAppender.settle")),
              Workload.CUTS,
              1),
          bug(
              "next-segment-without-schema",
              "the SCHEMA in a segment that a rotation begins",
              "each entry is read as it was written",
              new Patch("segment.SegmentPlan", "next", asking("noSchema", "schema")),
              Workload.VERSIONS,
              1),
          bug(
              "old-schema-kept",
              "that new segments have the schema of the codec that opened the log",
              "each entry is read as it was written",
              new Patch("wal.LogOpening", "open", calling("Codec.schema", "firstSchema")).times(2),
              Workload.VERSIONS,
              1),
          bug(
              "decoded-by-own-schema",
              "that an entry is decoded by the schema that stands before it",
              "each entry is read as it was written",
              new Patch("segment.Decoding", "decoderOf", calling("Codec.decoderOf", "ownDecoder")),
              Workload.VERSIONS,
              1),
          bug(
              "schemas-not-compared",
              "to compare the schemas with the codec when a log is opened",
              "a codec that cannot read the entries is refused",
              new Patch("wal.LogOpening", "open", withoutCall("LogSchemas.requireFit")),
              Workload.VERSIONS,
              1),
          bug(
              "checkpoint-without-schema",
              "the SCHEMA of a checkpoint that is one value",
              "a checkpoint is read as it was written",
              new Patch(
                  "checkpoint.Checkpoints", "writeFile", withoutCall("CheckpointWriter.schema")),
              Workload.VERSIONS,
              1),
          bug(
              "record-log-without-schema",
              "the SCHEMA of a record log",
              "each record is read as it was written",
              new Patch("recordlog.RecordLogWriter", "begin", assuming("Optional.isPresent", 0)),
              Workload.VERSIONS,
              1),
          bug(
              "record-log-keeps-old-schema",
              "that a record log changes its schema with the codec",
              "each record is read as it was written",
              new Patch(
                  "recordlog.RecordLogWriter", "begin", calling("Optional.equals", "bothPresent")),
              Workload.VERSIONS,
              1));

  private PlantedBugs() {}

  private static PlantedBug bug(
      String name, String forgotten, String broken, Patch patch, Workload workload, long seed) {
    return bug(name, forgotten, broken, List.of(patch), workload, seed);
  }

  private static PlantedBug bug(
      String name,
      String forgotten,
      String broken,
      List<Patch> patches,
      Workload workload,
      long seed) {
    return new PlantedBug(name, forgotten, broken, patches, workload, seed);
  }
}
