package dev.durability.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store whose calls fail when it is told to. */
class FlakyStore implements ArchiveStore {
  private final ArchiveStore store;
  private final long failingCall;
  private final boolean afterEffect;
  private final boolean kills;
  long calls;
  boolean down;

  /** What others do while the call that is chosen takes its time; null if it fails instead. */
  @Nullable Runnable meanwhile;

  /** What ends the process that called. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  FlakyStore(ArchiveStore store, long failingCall, boolean afterEffect, boolean kills) {
    this.store = store;
    this.failingCall = failingCall;
    this.afterEffect = afterEffect;
    this.kills = kills;
  }

  private boolean failsNow() throws IOException {
    calls++;
    if (down) {
      throw new IOException("the store is down");
    }
    boolean fails = calls == failingCall;
    Runnable others = meanwhile;
    if (fails && others != null) {
      meanwhile = null;
      others.run();
      return false;
    }
    if (fails && !afterEffect) {
      fail();
    }
    return fails;
  }

  private void fail() throws IOException {
    if (kills) {
      throw new Killed();
    }
    throw new IOException("call " + calls + " fails");
  }

  @Override
  public boolean putIfAbsent(String key, ObjectContent content) throws IOException {
    boolean fails = failsNow();
    boolean done = store.putIfAbsent(key, content);
    if (fails) {
      fail();
    }
    return done;
  }

  @Override
  public InputStream get(String key, long offset) throws IOException {
    if (failsNow()) {
      fail();
    }
    return store.get(key, offset);
  }

  @Override
  public List<String> list(String prefix) throws IOException {
    if (failsNow()) {
      fail();
    }
    return store.list(prefix);
  }

  @Override
  public void delete(String key) throws IOException {
    boolean fails = failsNow();
    store.delete(key);
    if (fails) {
      fail();
    }
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
