package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.bookkeeper.common.component.LifecycleComponentStack;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.proto.BookieServer;
import org.apache.bookkeeper.server.EmbeddedServer;
import org.apache.bookkeeper.server.conf.BookieConfiguration;

/** A bookie in this virtual machine. */
final class BookieService implements Service {
  private static final long LOOK_MILLIS = 200;

  private final LifecycleComponentStack components;
  private final BookieServer server;

  private BookieService(EmbeddedServer embedded) {
    this.components = embedded.getLifecycleComponentStack();
    this.server = embedded.getBookieService().getServer();
  }

  /** Returns when it has registered itself. */
  static BookieService start(Path configuration) throws IOException {
    forgiveNoFileDescriptors();
    BookieService service;
    try {
      ServerConfiguration parsed = new ServerConfiguration();
      parsed.loadConf(configuration.toUri().toURL());
      parsed.validate();
      service = new BookieService(EmbeddedServer.builder(new BookieConfiguration(parsed)).build());
    } catch (Exception e) { // It declares no less.
      throw new IOException("the bookie of " + configuration + " cannot be made: " + e, e);
    }
    try {
      service.components.start();
    } catch (RuntimeException e) {
      service.stop();
      throw new IOException("the bookie of " + configuration + " does not start: " + e, e);
    }
    if (!service.isRunning()) {
      service.stop();
      throw new IOException(
          "the bookie of " + configuration + " ended at once; its log may tell why");
    }
    return service;
  }

  /**
   * With assertions, as tests have them, a bookie that finds no number of a file descriptor ends
   * the virtual machine: Java hides these since version 12. Without, it only drops no pages.
   */
  private static void forgiveNoFileDescriptors() {
    ClassLoader loader = ServerConfiguration.class.getClassLoader();
    if (loader != null) {
      loader.setClassAssertionStatus("org.apache.bookkeeper.util.PageCacheUtil", false);
    }
  }

  @Override
  public boolean isRunning() {
    return server.isRunning();
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    while (server.isRunning()) { // Its own join returns while it runs.
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  @Override
  public void stop() {
    components.close();
  }
}
