package dev.durability.systemcalls;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A directory that leaves out a kind of call, so that a test can see whether that is noticed. */
final class Forgetful extends ForwardingDirectory {
  static final String NOTHING = "nothing";
  static final String SYNCS_OF_FILES = "syncs-of-files";
  static final String SYNCS_OF_DIRECTORIES = "syncs-of-directories";

  private final String what;

  private Forgetful(Directory under, String what) {
    super(under);
    this.what = what;
  }

  static Directory of(Directory under, String what) {
    return what.equals(NOTHING) ? under : new Forgetful(under, what);
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return forgetful(super.create(path, expectedBytes));
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return forgetful(super.resume(path, offset));
  }

  @Override
  public void sync(String directory) throws IOException {
    if (!what.equals(SYNCS_OF_DIRECTORIES)) {
      super.sync(directory);
    }
  }

  private AppendFile forgetful(AppendFile file) {
    return what.equals(SYNCS_OF_FILES) ? new WithoutSync(file) : file;
  }

  private record WithoutSync(AppendFile under) implements AppendFile {
    @Override
    public void write(ByteBuffer source) throws IOException {
      under.write(source);
    }

    @Override
    public void sync() {}

    @Override
    public void truncate(long size) throws IOException {
      under.truncate(size);
    }

    @Override
    public long position() {
      return under.position();
    }

    @Override
    public void close() throws IOException {
      under.close();
    }
  }
}
