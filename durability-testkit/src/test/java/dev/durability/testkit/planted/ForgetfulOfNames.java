package dev.durability.testkit.planted;

import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;

/** A directory whose names are never synced. */
final class ForgetfulOfNames extends ForwardingDirectory {
  ForgetfulOfNames(Directory under) {
    super(under);
  }

  @Override
  public void sync(String directory) {}
}
