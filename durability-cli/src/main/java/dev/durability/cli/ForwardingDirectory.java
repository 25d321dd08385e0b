package dev.durability.cli;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.util.List;

/** A directory that hands every call on to another: what wraps one overrides what it is about. */
abstract class ForwardingDirectory implements Directory {
  private final Directory directory;

  ForwardingDirectory(Directory directory) {
    this.directory = directory;
  }

  @Override
  public AppendFile create(String path, long expectedBytes) throws IOException {
    return directory.create(path, expectedBytes);
  }

  @Override
  public AppendFile resume(String path, long offset) throws IOException {
    return directory.resume(path, offset);
  }

  @Override
  public ReadFile open(String path) throws IOException {
    return directory.open(path);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    directory.rename(from, to);
  }

  @Override
  public void delete(String path) throws IOException {
    directory.delete(path);
  }

  @Override
  public boolean exists(String path) throws IOException {
    return directory.exists(path);
  }

  @Override
  public List<String> list(String name) throws IOException {
    return directory.list(name);
  }

  @Override
  public void createDirectories(String name) throws IOException {
    directory.createDirectories(name);
  }

  @Override
  public void sync(String name) throws IOException {
    directory.sync(name);
  }

  @Override
  public DirectoryLock lock(String path) throws IOException {
    return directory.lock(path);
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
