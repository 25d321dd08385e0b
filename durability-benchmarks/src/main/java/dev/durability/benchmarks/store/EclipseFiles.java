package dev.durability.benchmarks.store;

import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.eclipse.serializer.afs.types.AFile;
import org.eclipse.serializer.afs.types.AReadableFile;
import org.eclipse.serializer.afs.types.AWritableFile;
import org.eclipse.store.afs.nio.types.NioFileSystem;
import org.eclipse.store.afs.nio.types.NioIoHandler;
import org.eclipse.store.afs.nio.types.NioReadableFile;
import org.eclipse.store.afs.nio.types.NioWritableFile;
import org.eclipse.store.storage.embedded.types.EmbeddedStorage;
import org.eclipse.store.storage.embedded.types.EmbeddedStorageManager;
import org.jspecify.annotations.Nullable;

/**
 * Starts EclipseStore, with its own files, or with files that are opened with O_DSYNC: each write
 * is durable then before it returns. It has no option for that.
 */
final class EclipseFiles {

  private EclipseFiles() {}

  /** Starts it with what a directory holds, or with a root that it stores there. */
  static EmbeddedStorageManager start(Path directory, @Nullable Object root, boolean isSynced) {
    NioFileSystem files =
        isSynced ? new Synced(NioIoHandler.New()) : NioFileSystem.New(directory.getFileSystem());
    return EmbeddedStorage.start(root, files.ensureDirectory(directory));
  }

  private static final class Synced extends NioFileSystem.Default {
    Synced(NioIoHandler handler) {
      super(Defaults.defaultProtocol(), handler);
    }

    @Override
    public AWritableFile wrapForWriting(AFile file, Object user) {
      return new SyncedFile<>(file, user, resolve(file), null);
    }

    @Override
    public AWritableFile convertToWriting(AReadableFile file) {
      NioReadableFile reading = ioHandler().castReadableFile(file);
      boolean wasOpen = reading.closeChannel();
      SyncedFile<Object> writing = new SyncedFile<>(file, file.user(), reading.path(), null);
      if (wasOpen) {
        FileChannel unused = writing.ensureOpenChannel();
      }
      return writing;
    }
  }

  private static final class SyncedFile<U> extends NioWritableFile.Default<U> {
    SyncedFile(AFile actual, U user, Path path, @Nullable FileChannel channel) {
      super(actual, user, path, channel);
    }

    @Override
    protected OpenOption[] normalizeOpenOptions(OpenOption... options) {
      OpenOption[] chosen = super.normalizeOpenOptions(options);
      OpenOption[] synced = Arrays.copyOf(chosen, chosen.length + 1);
      synced[chosen.length] = StandardOpenOption.DSYNC;
      return synced;
    }
  }
}
