package dev.durability.testkit.planted;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.checkpoint.PublishResult;
import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameKind;
import dev.durability.frame.Rewrite;
import dev.durability.log.CheckpointReference;
import dev.durability.recovery.StateMachine;
import dev.durability.segment.Preamble;
import dev.durability.segment.SegmentPlan;
import dev.durability.storage.AppendFile;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.AppendFuture;
import dev.durability.wal.WalWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a programmer wrote by mistake: patched code of the library calls these. The receiver of the
 * call that stood there comes first.
 */
public final class Instead {
  private static final int LOOKS_FOR_NEWER = 10;

  private static final int ROOM_FOR_ONE_MARK_MORE = 2_048;

  /** The library is loaded once for each bug, and this with it. */
  private static final AtomicReference<@Nullable Optional<Schema>> FIRST_SCHEMA =
      new AtomicReference<>();

  private Instead() {}

  /** A sync that failed is tried again. */
  public static void syncTwice(AppendFile file) throws IOException {
    try {
      file.sync();
    } catch (IOException tryAgain) {
      file.sync();
    }
  }

  /** An entry is neither written nor synced. */
  public static <E> long append(WalWriter<E> log, E entry) throws IOException {
    return log.append(entry);
  }

  /** An entry is written, but not synced. */
  public static <E> long appendAndFlush(WalWriter<E> log, E entry) throws IOException {
    long id = log.append(entry);
    log.flush();
    return id;
  }

  /** Nobody is told that an entry is not durable. */
  public static <E> long appendDurableOrNot(WalWriter<E> log, E entry) throws IOException {
    long before = log.lastAppendedId();
    try {
      return log.appendDurable(entry);
    } catch (DurabilityException e) {
      long id = log.lastAppendedId();
      if (id == before) {
        throw e;
      }
      return id;
    }
  }

  /** A sync of a directory that failed is tried again. */
  public static void syncTwice(Directory directory, String path) throws IOException {
    try {
      directory.sync(path);
    } catch (IOException tryAgain) {
      directory.sync(path);
    }
  }

  /** Gives a file its name while its content may be in memory alone. */
  public static AtomicFile unsynced(Directory directory, String path) throws IOException {
    return AtomicFile.create(new ForgetfulOfContent(directory), path);
  }

  /** The same, under a temporary name of its own. */
  public static AtomicFile unsynced(Directory directory, String path, String temporary)
      throws IOException {
    return AtomicFile.create(new ForgetfulOfContent(directory), path, temporary);
  }

  /** Takes a name that is in memory alone for a durable one. */
  public static AtomicFile unnamed(Directory directory, String path) throws IOException {
    return AtomicFile.create(new ForgetfulOfNames(directory), path);
  }

  /** The same, under a temporary name of its own. */
  public static AtomicFile unnamed(Directory directory, String path, String temporary)
      throws IOException {
    return AtomicFile.create(new ForgetfulOfNames(directory), path, temporary);
  }

  /** Promises the entries that are written together with the promise. */
  public static void promiseOfItself(
      FrameEncoder encoder,
      ByteBuffer target,
      int salt,
      FrameKind kind,
      long nextId,
      long promised,
      long stamp) {
    encoder.promise(target, salt, kind, nextId, nextId - 1, stamp);
  }

  /** Puts a MARK behind each part of a batch. */
  public static void unsealedAndMark(
      FrameEncoder encoder,
      ByteBuffer target,
      FrameKind kind,
      long id,
      byte[] payload,
      int from,
      int length) {
    encoder.unsealed(target, kind, id, payload, from, length);
    if (kind == FrameKind.PART && length < 320 && target.remaining() > ROOM_FOR_ONE_MARK_MORE) {
      encoder.promise(target, 0, FrameKind.MARK, id + 1, 0, 0);
    }
  }

  /** A header that does not say what it makes of earlier entries. */
  public static ByteBuffer withoutFlags(FileHeader header) {
    return new FileHeader(
            header.type(),
            header.logId(),
            header.segmentId(),
            header.firstEntryId(),
            header.createdMicros(),
            header.previousSalt(),
            header.salt())
        .encode();
  }

  /** A segment that is replaced loses its flags. */
  public static int noFlags(FileHeader header) {
    return 0;
  }

  /** Takes what a file shows for what the storage has. */
  public static FrameFile onlyCut(Directory directory, String path, long from, long toExclusive)
      throws IOException {
    return Rewrite.tail(directory, path, toExclusive, toExclusive);
  }

  /** Writes the content again, and not the name. */
  public static FrameFile inPlace(Directory directory, String path, long toExclusive)
      throws IOException {
    return Rewrite.tail(directory, path, 0, toExclusive);
  }

  /** Deletes the old before there is the new. */
  public static String writeAlone(
      Checkpoints checkpoints, UUID logId, long lastEntryId, Checkpoints.Content content)
      throws IOException {
    deleteAll(checkpoints);
    return checkpoints.write(logId, lastEntryId, content);
  }

  /** The same, to a path that the caller chose. */
  public static long writeAlone(
      Checkpoints checkpoints,
      String path,
      UUID logId,
      long lastEntryId,
      Checkpoints.Content content)
      throws IOException {
    deleteAll(checkpoints);
    return checkpoints.write(path, logId, lastEntryId, content);
  }

  private static void deleteAll(Checkpoints checkpoints) throws IOException {
    for (long old : checkpoints.list()) {
      checkpoints.delete(Checkpoints.pathOf(old));
    }
  }

  /** Keeps nobody from cutting off the end. */
  public static Closeable noHold(WalWriter<?> log) {
    return () -> {};
  }

  /** Says less than the state contains. */
  public static PublishResult publishAsOlder(
      CheckpointPublisher publisher, long lastEntryId, Checkpoints.Content content)
      throws IOException {
    return publisher.publish(Math.max(0, lastEntryId - 1), content);
  }

  /** Says more than the state contains, where the log has more, or soon has. */
  public static PublishResult publishAsNewer(
      CheckpointPublisher publisher, long lastEntryId, Checkpoints.Content content)
      throws IOException {
    for (int looks = 0; looks < LOOKS_FOR_NEWER; looks++) {
      try {
        return publisher.publish(lastEntryId + 1, content);
      } catch (IllegalArgumentException notThere) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    return publisher.publish(lastEntryId, content);
  }

  /** Takes what is written for what is durable. */
  public static void flush(WalWriter<?> log) throws IOException {
    log.flush();
  }

  /** Takes what was appended for what is durable. */
  public static long lastAppendedId(WalWriter<?> log) {
    return log.lastAppendedId();
  }

  /** Does at once what is to be done when the entry is durable. */
  public static CompletableFuture<Long> atOnce(
      AppendFuture durable, BiConsumer<Object, @Nullable Object> action) {
    action.accept(durable.entryId(), null);
    return durable;
  }

  /** Gives the id of the entry before. */
  public static Object withIdBefore(
      StateMachine<Object, Object> machine, Object state, Object entry, long entryId) {
    return machine.apply(state, entry, entryId - 1);
  }

  /** Applies an entry, and again. */
  public static Object twice(
      StateMachine<Object, Object> machine, Object state, Object entry, long entryId) {
    return machine.apply(machine.apply(state, entry, entryId), entry, entryId);
  }

  /** Names none. */
  public static List<CheckpointReference> none(Preamble preamble) {
    return List.of();
  }

  /** The newest first. */
  public static <T> List<T> reversed(Stream<T> stream) {
    List<T> list = stream.collect(Collectors.toList());
    Collections.reverse(list);
    return list;
  }

  /** Says nothing of the entries of the next segment. */
  public static Optional<Schema> noSchema(SegmentPlan plan) {
    return Optional.empty();
  }

  /** Keeps the schema that a codec of the log had first. */
  public static Optional<Schema> firstSchema(Codec<?> codec) {
    Optional<Schema> first = FIRST_SCHEMA.get();
    if (first == null) {
      FIRST_SCHEMA.compareAndSet(null, codec.schema());
    }
    return Objects.requireNonNull(FIRST_SCHEMA.get());
  }

  /** Takes the schema of the codec for that of the entries. */
  public static <T> Decoder<T> ownDecoder(Codec<T> codec, Optional<Schema> written) {
    return codec;
  }

  /** Takes any schema for the right one. */
  public static boolean bothPresent(Optional<?> one, Object other) {
    return one.isPresent() && ((Optional<?>) other).isPresent();
  }

  /** Takes a read error for the end of the file. */
  public static int readOrEnd(ReadFile file, ByteBuffer target, long position) {
    try {
      return file.read(target, position);
    } catch (IOException swallowed) {
      return -1;
    }
  }

  /** The checksum of a header is what it says. */
  public static int storedChecksum(ByteBuffer header) {
    return header.getInt(60);
  }
}
