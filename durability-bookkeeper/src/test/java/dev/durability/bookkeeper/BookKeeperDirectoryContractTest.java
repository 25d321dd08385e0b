package dev.durability.bookkeeper;

import dev.durability.storage.Directory;
import dev.durability.testkit.junit.FencingDirectoryContractTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract with writes that are on their way while the next call is made. */
class BookKeeperDirectoryContractTest extends FencingDirectoryContractTest {
  private final BookKeeperOptions options =
      SharedBookies.newRoot().takeOver(TakeOver.AT_ONCE).build();

  private final List<BookKeeperDirectory> opened = new ArrayList<>();

  @Override
  protected Directory newDirectory() throws IOException {
    BookKeeperDirectory made = SharedBookies.open(options);
    opened.add(made);
    return made;
  }

  @Override
  protected Directory otherDirectory() throws IOException {
    return newDirectory();
  }

  @AfterEach
  void disconnect() throws IOException {
    for (BookKeeperDirectory each : opened) {
      each.close();
    }
  }
}
