package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A node in this virtual machine. */
final class ServerInThisJvm implements NodeServer {
  private final Role role;
  private final Path configuration;
  private @Nullable FutureTask<Service> service;

  ServerInThisJvm(Role role, Path configuration) {
    this.role = role;
    this.configuration = configuration;
  }

  @Override
  public void start() {
    FutureTask<Service> starting = new FutureTask<>(() -> role.start(configuration));
    service = starting;
    Thread thread = new Thread(starting, "local-cluster-start");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public boolean isReady() throws IOException {
    FutureTask<Service> starting = service;
    return starting != null && starting.isDone() && get(starting).isRunning();
  }

  @Override
  public boolean isRunning() {
    FutureTask<Service> starting = service;
    try {
      return starting != null && (!starting.isDone() || get(starting).isRunning());
    } catch (IOException failedToStart) {
      return false;
    }
  }

  @Override
  public void stop() {
    FutureTask<Service> starting = service;
    if (starting == null) {
      return;
    }
    service = null;
    try {
      get(starting).stop();
    } catch (IOException failedToStart) {
      // Nothing runs.
    }
  }

  @Override
  public void kill() {
    throw new UnsupportedOperationException(
        "a node in this virtual machine cannot be killed: use LocalClusterOptions.ofProcesses()");
  }

  @Override
  public void signal(String name) {
    throw new UnsupportedOperationException(
        "a node in this virtual machine takes no signals: use LocalClusterOptions.ofProcesses()");
  }

  @Override
  public OptionalLong pid() {
    return OptionalLong.empty();
  }

  private static Service get(FutureTask<Service> starting) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return starting.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          Throwable cause = e.getCause();
          throw new IOException(cause == null ? e.toString() : cause.toString(), cause);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
