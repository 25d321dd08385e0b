package dev.durability.archive.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.durability.archive.Archive;
import dev.durability.archive.ArchiveOptions;
import dev.durability.archive.ArchiveStore;
import dev.durability.archive.ArchiveStores;
import dev.durability.archive.Archiver;
import dev.durability.archive.ObjectContent;
import dev.durability.archive.Progress;
import dev.durability.archive.Restore;
import dev.durability.codec.Codecs;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A store that speaks S3, against S3Proxy on this machine. */
class S3StoreTest {
  private static final String BUCKET = "logs";
  private static final String KEY = "local-identity";
  private static final String SECRET = "local-credential";

  private static S3Proxy service;
  private static int buckets;

  private ArchiveStore store;

  @BeforeAll
  static void start() throws Exception {
    TransientNio2BlobStore blobs = new TransientNio2BlobStore();
    blobs.createContainer(BUCKET);
    service =
        S3Proxy.builder()
            .blobStore(blobs)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY, SECRET)
            .build();
    service.start();
    System.setProperty("aws.accessKeyId", KEY);
    System.setProperty("aws.secretAccessKey", SECRET);
  }

  @AfterAll
  static void stop() throws Exception {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    service.stop();
  }

  @BeforeEach
  void open() throws IOException {
    store = ArchiveStores.open(location(BUCKET + "/mylog" + buckets++));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private static String location(String place) {
    return "s3://"
        + place
        + "?endpoint=http://127.0.0.1:"
        + service.getPort()
        + "&region=us-east-1";
  }

  private static ObjectContent text(String text) {
    return ObjectContent.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private String read(String key, long offset) throws IOException {
    try (InputStream in = store.get(key, offset)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatIsStoredIsReadFromAnyOffsetListedAndDeleted() throws IOException {
    assertThat(store.list("data/")).isEmpty();
    assertThat(store.putIfAbsent("data/b", text("hello"))).isTrue();
    assertThat(store.putIfAbsent("data/b", text("other"))).isFalse();
    assertThat(store.putIfAbsent("data/a", text(""))).isTrue();
    assertThat(store.putIfAbsent("data/a", text(""))).isFalse();
    assertThat(store.putIfAbsent("data/t/c", text("deeper"))).isTrue();
    assertThat(store.list("data/")).containsExactly("data/a", "data/b");
    assertThat(read("data/b", 0)).isEqualTo("hello");
    assertThat(read("data/b", 2)).isEqualTo("llo");
    assertThat(read("data/b", 5)).isEmpty();
    assertThat(read("data/a", 0)).isEmpty();
    store.delete("data/b");
    store.delete("data/b");
    assertThatThrownBy(() -> store.get("data/b", 0)).isInstanceOf(NoSuchFileException.class);
    assertThat(store.list("data/")).containsExactly("data/a");
    assertThat(store.location()).startsWith("s3://logs/mylog");
  }

  @Test
  void requestThatIsSentAgainFindsItsOwnObjectAndThatOfAnotherCall() throws IOException {
    LostAnswer lost = new LostAnswer();
    S3Client client =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .endpointOverride(URI.create("http://127.0.0.1:" + service.getPort()))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .overrideConfiguration(configured -> configured.addExecutionInterceptor(lost))
            .build();
    String prefix = "lost" + buckets++ + "/";
    try (ArchiveStore flaky = S3Store.of(client, BUCKET, prefix)) {
      assertThat(flaky.putIfAbsent("data/a", text("mine"))).isTrue();
      // The first is 200, or 412 if the JDK's client sent the request twice by itself.
      assertThat(lost.statuses).hasSize(2).endsWith(412);
      assertThat(flaky.putIfAbsent("data/a", text("mine"))).isFalse();
    }
  }

  /** Loses the answer to the first request that stores something. */
  private static final class LostAnswer implements ExecutionInterceptor {
    final List<Integer> statuses = new ArrayList<>();

    @Override
    public SdkHttpResponse modifyHttpResponse(
        Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
      SdkHttpResponse answer = context.httpResponse();
      if (context.httpRequest().method() != SdkHttpMethod.PUT || statuses.size() == 2) {
        return answer;
      }
      statuses.add(answer.statusCode());
      return statuses.size() == 1 ? answer.toBuilder().statusCode(503).build() : answer;
    }
  }

  @Test
  void closingAnObjectEarlyLeavesTheStoreUsable() throws IOException {
    byte[] large = new byte[3 << 20];
    store.putIfAbsent("data/large", ObjectContent.of(large));
    for (int i = 0; i < 5; i++) {
      try (InputStream in = store.get("data/large", 0)) {
        assertThat(in.read()).isZero();
      }
    }
    assertThat(store.get("data/large", 1).readAllBytes()).hasSize(large.length - 1);
  }

  @Test
  void putIfAbsentIsExactUnderARace() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 10; round++) {
        String key = "data/race" + round;
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Boolean>> puts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          String mine = "writer " + i;
          puts.add(
              pool.submit(
                  () -> {
                    go.await();
                    return store.putIfAbsent(key, text(mine));
                  }));
        }
        go.countDown();
        String winner = "";
        for (int i = 0; i < 8; i++) {
          if (puts.get(i).get()) {
            assertThat(winner).isEmpty();
            winner = "writer " + i;
          }
        }
        assertThat(read(key, 0)).isEqualTo(winner);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void logIsArchivedVerifiedAndRestored() throws IOException {
    MemoryDirectory log = new MemoryDirectory();
    WalOptions options =
        WalOptions.builder().segmentBytes(4096).bufferBytes(4096).preallocatedBytesMax(0).build();
    try (Archiver archiver = Archiver.of(log, store, ArchiveOptions.defaults())) {
      try (WalWriter<String> writer = WalWriter.open(log, Codecs.utf8(), options)) {
        for (int i = 0; i < 20; i++) {
          writer.appendDurable(i + "x".repeat(600));
          archiver.step();
        }
      }
    }
    assertThat(Archive.open(store).verify(Progress.NONE).problems()).isEmpty();
    MemoryDirectory target = new MemoryDirectory();
    Restore.from(store).into(target);
    assertThat(WalReader.of(target, Codecs.utf8()).readAll())
        .extracting(WalRecord::entry)
        .hasSize(20)
        .last()
        .asString()
        .startsWith("19x");
  }

  @Test
  void failuresSayWhatWasDoneWhere() throws IOException {
    try (ArchiveStore none = ArchiveStores.open(location("no-such-bucket/x"))) {
      assertThatThrownBy(() -> none.putIfAbsent("data/a", text("a")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("storing s3://no-such-bucket/x/data/a failed");
      assertThatThrownBy(() -> none.list("data/"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("listing");
      assertThatThrownBy(() -> none.delete("data/a")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> none.get("data/a", 0)).isInstanceOf(IOException.class);
    }
    ObjectContent unreadable =
        new ObjectContent() {
          @Override
          public long bytes() {
            return 5;
          }

          @Override
          public InputStream open() throws IOException {
            throw new IOException("not readable");
          }
        };
    assertThatThrownBy(() -> store.putIfAbsent("data/u", unreadable))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not readable");
  }

  @Test
  void whatIsMissingInTheEnvironmentIsToldInShort() throws IOException {
    boolean isSet =
        System.getenv("AWS_REGION") != null || System.getenv("AWS_ACCESS_KEY_ID") != null;
    String reason = "skipped: the environment has credentials or a region";
    if (isSet) {
      System.out.println("S3StoreTest " + reason);
    }
    assumeFalse(isSet, reason);
    List<String> settings =
        List.of("aws.configFile", "aws.sharedCredentialsFile", "aws.disableEc2Metadata");
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    settings.forEach(each -> System.setProperty(each, "true"));
    try (ArchiveStore unknown = ArchiveStores.open(location(BUCKET + "/x"))) {
      assertThatThrownBy(() -> unknown.list("data/"))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "listing s3://logs/x/data/ failed: the environment has no credentials for S3: set"
                  + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, or give the machine"
                  + " a role");
      assertThatThrownBy(() -> S3Store.open("s3://logs/x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "s3://logs/x: the environment has no region for S3: set AWS_REGION, or region=NAME in"
                  + " the address");
    } finally {
      settings.forEach(System::clearProperty);
      System.setProperty("aws.accessKeyId", KEY);
      System.setProperty("aws.secretAccessKey", SECRET);
    }
  }

  @Test
  void locationsAreChecked() {
    for (String wrong :
        List.of(
            "s3://",
            "s3:///x",
            "s3://UPPER/x",
            "s3://bucket/x#y",
            "s3://bucket/x?what=1",
            "s3://bucket/x?region",
            "s3://bucket/x?endpoint=http://192.0.2.1",
            "s3://bucket/x?endpoint=ftp://127.0.0.1",
            "s3://bucket/x?endpoint=https:nothing",
            "s3://bucket/x?endpoint=http://127.0.0.1.invalid",
            "s3://bucket/ x")) {
      assertThatThrownBy(() -> S3Store.open(wrong))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(S3Location.parse("s3://bucket").prefix()).isEmpty();
    assertThat(S3Location.parse("s3://bucket/a/b/").prefix()).isEqualTo("a/b/");
    assertThat(S3Location.parse("s3://bucket/a?endpoint=https://s3.example.org").endpoint())
        .isEqualTo(URI.create("https://s3.example.org"));
    assertThat(S3Location.parse("s3://bucket/a").region()).isNull();
  }
}
