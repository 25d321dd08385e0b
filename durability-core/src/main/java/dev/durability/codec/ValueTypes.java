package dev.durability.codec;

import dev.durability.codec.Described.Scalar;
import dev.durability.errors.CodecException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.UUID;

/** Classes of the JDK that hold one value, each as a struct of postcard's own types. */
final class ValueTypes {
  private static final int UUID_BYTES = 16;

  private ValueTypes() {}

  /** {@return the types by class} */
  static Map<Class<?>, WireType> all() {
    return Map.of(
        UUID.class, of(Scalar.UUID, ValueTypes::writeUuid, ValueTypes::readUuid),
        BigInteger.class, of(Scalar.BIGINT, ValueTypes::writeInteger, ValueTypes::readInteger),
        BigDecimal.class, of(Scalar.DECIMAL, ValueTypes::writeDecimal, ValueTypes::readDecimal),
        Instant.class, of(Scalar.INSTANT, ValueTypes::writeInstant, ValueTypes::readInstant),
        Duration.class, of(Scalar.DURATION, ValueTypes::writeDuration, ValueTypes::readDuration),
        LocalDate.class, of(Scalar.DATE, ValueTypes::writeDate, ValueTypes::readDate),
        LocalTime.class, of(Scalar.TIME, ValueTypes::writeTime, ValueTypes::readTime),
        LocalDateTime.class,
            of(Scalar.DATETIME, ValueTypes::writeDateTime, ValueTypes::readDateTime),
        OffsetDateTime.class,
            of(Scalar.OFFSETDATETIME, ValueTypes::writeOffset, ValueTypes::readOffset),
        ZonedDateTime.class,
            of(Scalar.ZONEDDATETIME, ValueTypes::writeZoned, ValueTypes::readZoned));
  }

  /** Makes a value of what was read; it may refuse. */
  private interface Parts {
    Object read(PostcardInput in) throws CodecException;
  }

  private static ScalarType of(Scalar kind, ScalarType.Writer writer, Parts parts) {
    return new ScalarType(
        kind,
        writer,
        in -> {
          try {
            return parts.read(in);
          } catch (DateTimeException | ArithmeticException e) {
            throw in.failure("this is no " + kind + ": " + e.getMessage(), e);
          }
        });
  }

  private static void writeUuid(Object value, PostcardOutput out) throws CodecException {
    UUID uuid = (UUID) value;
    out.varint(UUID_BYTES);
    out.fixed64(Long.reverseBytes(uuid.getMostSignificantBits()));
    out.fixed64(Long.reverseBytes(uuid.getLeastSignificantBits()));
  }

  private static Object readUuid(PostcardInput in) throws CodecException {
    if (in.length() != UUID_BYTES) {
      throw in.failure("a uuid has 16 bytes", null);
    }
    long most = Long.reverseBytes(in.fixed64());
    return new UUID(most, Long.reverseBytes(in.fixed64()));
  }

  private static void writeInteger(Object value, PostcardOutput out) throws CodecException {
    byte[] octets = ((BigInteger) value).toByteArray();
    out.varint(octets.length);
    out.raw(octets);
  }

  private static BigInteger readInteger(PostcardInput in) throws CodecException {
    byte[] octets = in.raw(in.length());
    if (octets.length == 0) {
      throw in.failure("a bigint has a byte at least", null);
    }
    return new BigInteger(octets);
  }

  private static void writeDecimal(Object value, PostcardOutput out) throws CodecException {
    BigDecimal decimal = (BigDecimal) value;
    out.zigzag(decimal.scale());
    writeInteger(decimal.unscaledValue(), out);
  }

  private static Object readDecimal(PostcardInput in) throws CodecException {
    int scale = (int) in.zigzag(Integer.SIZE);
    return new BigDecimal(readInteger(in), scale);
  }

  private static void writeInstant(Object value, PostcardOutput out) throws CodecException {
    Instant instant = (Instant) value;
    out.zigzag(instant.getEpochSecond());
    out.varint(instant.getNano());
  }

  private static Object readInstant(PostcardInput in) throws CodecException {
    long seconds = in.zigzag(Long.SIZE);
    return Instant.ofEpochSecond(seconds, nanos(in));
  }

  private static void writeDuration(Object value, PostcardOutput out) throws CodecException {
    Duration duration = (Duration) value;
    out.zigzag(duration.getSeconds());
    out.varint(duration.getNano());
  }

  private static Object readDuration(PostcardInput in) throws CodecException {
    long seconds = in.zigzag(Long.SIZE);
    return Duration.ofSeconds(seconds, nanos(in));
  }

  private static long nanos(PostcardInput in) throws CodecException {
    long nanos = in.varint(Integer.SIZE);
    if (nanos > 999_999_999) {
      throw in.failure("a second has 1,000,000,000 nanoseconds, and this is number " + nanos, null);
    }
    return nanos;
  }

  private static void writeDate(Object value, PostcardOutput out) throws CodecException {
    out.zigzag(((LocalDate) value).toEpochDay());
  }

  private static LocalDate readDate(PostcardInput in) throws CodecException {
    return LocalDate.ofEpochDay(in.zigzag(Long.SIZE));
  }

  private static void writeTime(Object value, PostcardOutput out) throws CodecException {
    out.varint(((LocalTime) value).toNanoOfDay());
  }

  private static LocalTime readTime(PostcardInput in) throws CodecException {
    return LocalTime.ofNanoOfDay(in.varint(Long.SIZE));
  }

  private static void writeDateTime(Object value, PostcardOutput out) throws CodecException {
    LocalDateTime time = (LocalDateTime) value;
    writeDate(time.toLocalDate(), out);
    writeTime(time.toLocalTime(), out);
  }

  private static LocalDateTime readDateTime(PostcardInput in) throws CodecException {
    LocalDate date = readDate(in);
    return LocalDateTime.of(date, readTime(in));
  }

  private static void writeOffset(Object value, PostcardOutput out) throws CodecException {
    OffsetDateTime time = (OffsetDateTime) value;
    writeDateTime(time.toLocalDateTime(), out);
    out.zigzag(time.getOffset().getTotalSeconds());
  }

  private static OffsetDateTime readOffset(PostcardInput in) throws CodecException {
    LocalDateTime time = readDateTime(in);
    return OffsetDateTime.of(time, ZoneOffset.ofTotalSeconds((int) in.zigzag(Integer.SIZE)));
  }

  private static void writeZoned(Object value, PostcardOutput out) throws CodecException {
    ZonedDateTime time = (ZonedDateTime) value;
    writeOffset(time.toOffsetDateTime(), out);
    out.text(time.getZone().getId());
  }

  /** The offset that was written holds, even if the rules of the zone have changed since. */
  private static Object readZoned(PostcardInput in) throws CodecException {
    OffsetDateTime time = readOffset(in);
    ZoneId zone = ZoneId.of(in.text());
    return ZonedDateTime.ofInstant(time.toLocalDateTime(), time.getOffset(), zone);
  }
}
