package dev.durability.archive.s3;

import dev.durability.archive.ArchiveStore;
import dev.durability.archive.ObjectContent;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Keeps objects in a bucket. Storing an object asks the service to refuse it if its key is taken
 * ({@code If-None-Match: *}), which Amazon S3 and others do exactly, also under a race.
 */
public final class S3Store implements ArchiveStore {
  private static final int TAKEN = 412;
  private static final int BEING_WRITTEN = 409;
  private static final int BEYOND_ITS_END = 416;
  private static final int ATTEMPTS = 20;

  /** Metadata of each object: a number that the call which stored it made up. */
  private static final String ATTEMPT = "attempt";

  private static final String TYPE = "application/octet-stream";

  private final S3Client client;
  private final String bucket;
  private final String prefix;

  private S3Store(S3Client client, String bucket, String prefix) {
    this.client = client;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  /**
   * Opens a store, with credentials and region from the SDK's chains. Nothing is asked of the
   * service yet.
   *
   * @param location {@code s3://bucket/prefix}; {@code ?endpoint=https://…} names another service
   *     than Amazon's, and {@code region=…} the region
   * @return the store; close it
   * @throws IllegalArgumentException if that is no such location, or the endpoint has no TLS and is
   *     not on this machine, or no region is known
   */
  public static S3Store open(String location) {
    S3Location parsed = S3Location.parse(location);
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            // Not all services have those of Amazon; each object is checked by SHA-256.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
    if (parsed.endpoint() != null) {
      builder.endpointOverride(parsed.endpoint()).forcePathStyle(true);
    }
    if (parsed.region() != null) {
      builder.region(Region.of(parsed.region()));
    }
    try {
      return new S3Store(builder.build(), parsed.bucket(), parsed.prefix());
    } catch (SdkClientException e) {
      throw new IllegalArgumentException(
          location + ": " + why(e, "region", "set AWS_REGION, or region=NAME in the address"), e);
    }
  }

  /**
   * Returns a store that uses a client.
   *
   * @param client the client; closing the store closes it
   * @param bucket the bucket
   * @param prefix what the keys begin with: empty, or ending with a slash
   * @return the store
   */
  public static S3Store of(S3Client client, String bucket, String prefix) {
    return new S3Store(client, bucket, prefix);
  }

  @Override
  public boolean putIfAbsent(String key, ObjectContent content) throws IOException {
    String attempt = UUID.randomUUID().toString();
    PutObjectRequest request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(prefix + key)
            .metadata(Map.of(ATTEMPT, attempt))
            .ifNoneMatch("*")
            .contentLength(content.bytes())
            .build();
    RequestBody body =
        RequestBody.fromContentProvider(() -> opened(content), content.bytes(), TYPE);
    for (int tried = 1; ; tried++) {
      try {
        var unused = client.putObject(request, body);
        return true;
      } catch (S3Exception e) {
        if (e.statusCode() == TAKEN) {
          return isOf(attempt, key);
        }
        if (e.statusCode() != BEING_WRITTEN || tried == ATTEMPTS) {
          throw failed("storing", key, e);
        }
      } catch (SdkException | UncheckedIOException e) {
        throw failed("storing", key, e);
      }
    }
  }

  /**
   * Whether the object that is there was stored by this very call: the SDK, and the JDK's client if
   * there is no content, send a request again whose answer was lost.
   */
  private boolean isOf(String attempt, String key) throws IOException {
    try {
      return attempt.equals(
          client
              .headObject(request -> request.bucket(bucket).key(prefix + key))
              .metadata()
              .get(ATTEMPT));
    } catch (NoSuchKeyException deletedMeanwhile) {
      return false;
    } catch (SdkException e) {
      throw failed("looking at", key, e);
    }
  }

  private static InputStream opened(ObjectContent content) {
    try {
      return content.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public InputStream get(String key, long offset) throws IOException {
    GetObjectRequest.Builder request = GetObjectRequest.builder().bucket(bucket).key(prefix + key);
    if (offset > 0) {
      request.range("bytes=" + offset + "-");
    }
    try {
      return new OpenObject(client.getObject(request.build()));
    } catch (NoSuchKeyException none) {
      throw new NoSuchFileException(location() + key, null, "there is no such object");
    } catch (S3Exception e) {
      if (e.statusCode() == BEYOND_ITS_END) {
        return InputStream.nullInputStream();
      }
      throw failed("reading", key, e);
    } catch (SdkException e) {
      throw failed("reading", key, e);
    }
  }

  /** An object that is read; closing it before its end does not read the rest. */
  private static final class OpenObject extends FilterInputStream {
    private final ResponseInputStream<GetObjectResponse> object;
    private boolean ended;

    OpenObject(ResponseInputStream<GetObjectResponse> object) {
      super(object);
      this.object = object;
    }

    @Override
    public int read() throws IOException {
      int b = reading(object);
      ended |= b < 0;
      return b;
    }

    private static int reading(InputStream in) throws IOException {
      try {
        return in.read();
      } catch (SdkException e) {
        throw new IOException(e);
      }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        int count = object.read(target, offset, length);
        ended |= count < 0;
        return count;
      } catch (SdkException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        object.abort();
      }
      object.close();
    }
  }

  @Override
  public List<String> list(String keys) throws IOException {
    List<String> found = new ArrayList<>();
    asking(
        "listing",
        keys,
        () -> {
          client
              .listObjectsV2Paginator(
                  request -> request.bucket(bucket).prefix(prefix + keys).delimiter("/"))
              .contents()
              .forEach(each -> found.add(each.key().substring(prefix.length())));
          return found;
        });
    Collections.sort(found);
    return found;
  }

  @Override
  public void delete(String key) throws IOException {
    asking(
        "deleting",
        key,
        () -> client.deleteObject(request -> request.bucket(bucket).key(prefix + key)));
  }

  private void asking(String what, String key, Supplier<?> call) throws IOException {
    try {
      var unused = call.get();
    } catch (SdkException e) {
      throw failed(what, key, e);
    }
  }

  private IOException failed(String what, String key, RuntimeException e) {
    String why =
        why(
            e,
            "credentials",
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, or give the machine a"
                + " role");
    return new IOException(what + " " + location() + key + " failed: " + why, e);
  }

  /** The SDK tells of each place where it looked for something. */
  private static String why(RuntimeException e, String what, String wayOut) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("Unable to load " + what)
        ? "the environment has no " + what + " for S3: " + wayOut
        : message;
  }

  @Override
  public String location() {
    return "s3://" + bucket + "/" + prefix;
  }

  @Override
  public void close() {
    client.close();
  }
}
