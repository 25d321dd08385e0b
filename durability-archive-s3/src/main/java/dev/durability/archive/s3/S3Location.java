package dev.durability.archive.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where an archive is.
 *
 * @param bucket the bucket
 * @param prefix what the keys begin with: empty, or ending with a slash
 * @param endpoint the service, null for Amazon's
 * @param region the region, null for that of the SDK's chain
 */
record S3Location(String bucket, String prefix, @Nullable URI endpoint, @Nullable String region) {
  private static final String FORM =
      "s3://bucket/prefix, with ?endpoint=URL and &region=NAME if needed";

  static S3Location parse(String location) {
    try {
      URI uri = new URI(location);
      String bucket = uri.getRawAuthority();
      if (!"s3".equals(uri.getScheme())
          || bucket == null
          || !bucket.matches("[a-z0-9][a-z0-9.-]{1,62}")
          || uri.getFragment() != null) {
        throw new IllegalArgumentException(location + " is not " + FORM);
      }
      String path = uri.getPath().replaceAll("^/+|/+$", "");
      Map<String, String> options = options(location, uri.getQuery());
      String endpoint = options.remove("endpoint");
      String region = options.remove("region");
      if (!options.isEmpty()) {
        throw new IllegalArgumentException(location + ": unknown options " + options.keySet());
      }
      return new S3Location(
          bucket,
          path.isEmpty() ? "" : path + "/",
          endpoint == null ? null : endpoint(endpoint),
          region);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(location + " is not " + FORM, e);
    }
  }

  private static Map<String, String> options(String location, @Nullable String query) {
    Map<String, String> options = new TreeMap<>();
    for (String each : query == null ? new String[0] : query.split("&", -1)) {
      int equals = each.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException(location + " is not " + FORM);
      }
      options.put(each.substring(0, equals), each.substring(equals + 1));
    }
    return options;
  }

  /** What is sent without TLS can be read and changed on the way. */
  private static URI endpoint(String text) throws URISyntaxException {
    URI endpoint = new URI(text);
    String host = endpoint.getHost();
    boolean isSafe = "https".equals(endpoint.getScheme());
    if (host == null || !(isSafe || ("http".equals(endpoint.getScheme()) && isLoopback(host)))) {
      throw new IllegalArgumentException(
          "the endpoint " + text + " is not https, and not on this machine either");
    }
    return endpoint;
  }

  /** By the name alone: what a name server says may change. */
  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.[0-9]{1,3}){3}");
  }
}
