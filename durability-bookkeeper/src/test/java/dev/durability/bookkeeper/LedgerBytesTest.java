package dev.durability.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * A ledger that is read here while its writer, here too, goes on: it ends, or another one takes its
 * place, between the question how long it is and the reading.
 */
class LedgerBytesTest {
  private static final String PATH = "file";

  private final Ledgers client = SharedBookies.client();

  private WrittenLedger written() throws IOException {
    LedgerTags tags = new LedgerTags("/ledger-bytes", "1", PATH, 0, "test", "");
    LedgerLabel label = LedgerLabel.of(PATH, 0, Layers.NONE.all());
    return new WrittenLedger(client.create(tags, label), PATH, 1 << 20, client.bookies());
  }

  private FoundLedger found(long id) throws IOException {
    return new FoundLedger(client.open(id, PATH), PATH, client.bookies(), 1 << 20);
  }

  @Test
  void ledgerIsReadWhoseLengthNobodyAskedFor() throws Exception {
    WrittenLedger written = written();
    written.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    written.end();

    FoundLedger found = found(written.id());
    Window window = Objects.requireNonNull(found.read(0, 10, null));
    assertThat(window.bytes()).containsExactly(1, 2, 3);
    assertThat(found.read(3, 10, null)).isNull();
    found.close();
  }

  @Test
  void bytesAreReadOfALedgerThatIsStillWritten() throws Exception {
    WrittenLedger written = written();
    written.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    written.awaitConfirmed();

    FoundLedger found = found(written.id());
    Window window = Objects.requireNonNull(found.read(1, 10, null));
    assertThat(window.has(written.id(), 1)).isTrue();
    found.close();
    written.end();
  }

  @Test
  void bytesThatWereNeverConfirmedAreNotInTheLedgerThatFailed() throws Exception {
    WrittenLedger written = written();
    written.append(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    written.end();
    assertThatThrownBy(
            () -> {
              written.append(ByteBuffer.wrap(new byte[] {4, 5}));
              written.awaitConfirmed();
            })
        .isInstanceOf(IOException.class);

    assertThat(written.unconfirmed()).hasSize(1);
    assertThat(written.read(3, 10, null)).isNull();
  }
}
