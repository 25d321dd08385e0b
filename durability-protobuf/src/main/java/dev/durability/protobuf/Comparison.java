package dev.durability.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.durability.errors.SchemaException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a message as it was written with the one that shall read it, field by field, by their
 * numbers. {@link ProtobufCodec} says which changes are allowed.
 */
final class Comparison {
  private static final int CHANGES_MAX = 20;

  private final Renames renames;
  private final ValueChecks checks = new ValueChecks();
  private final List<String> changes = new ArrayList<>();

  /** What is compared, or will be: one after the other, as a chain of messages may be long. */
  private final Set<MessagePair> known = new HashSet<>();

  private final Set<EnumPair> enums = new HashSet<>();
  private final Deque<MessagePair> open = new ArrayDeque<>();

  /** An enum as it was written, and the one that reads it. */
  private record EnumPair(EnumDescriptor written, EnumDescriptor mine) {}

  private Comparison(Renames renames) {
    this.renames = renames;
  }

  /**
   * Compares messages.
   *
   * @param root the message as it was written, and the one that shall read it
   * @param renames the former names that the caller gave
   * @return what values have to be checked for
   * @throws SchemaException if there are changes that are not allowed; it names each
   */
  static ValueChecks compare(MessagePair root, Renames renames) throws SchemaException {
    Comparison comparison = new Comparison(renames);
    comparison.named(root, root.mine().getFullName());
    Deque<MessagePair> open = comparison.open;
    for (MessagePair each = open.poll(); each != null; each = open.poll()) {
      comparison.fields(each);
    }
    if (!comparison.changes.isEmpty()) {
      throw new SchemaException(
          "messages that were written under another descriptor cannot be read as "
              + root.mine().getFullName()
              + ": give the codec former names with renamed, reserve the numbers of what was"
              + " removed, or convert the old values with Codecs.upcasting",
          comparison.changes);
    }
    return comparison.checks;
  }

  private void named(MessagePair pair, String place) {
    Descriptor written = pair.written();
    Descriptor mine = pair.mine();
    boolean entry = written.getOptions().getMapEntry() || mine.getOptions().getMapEntry();
    if (!entry
        && !written.getFullName().equals(mine.getFullName())
        && !renames.isFormer(mine.getFullName(), written.getFullName())) {
      changed(
          place + ": the message was " + written.getFullName() + " and is " + mine.getFullName());
    } else if (known.add(pair)) {
      open.add(pair);
    }
  }

  private void fields(MessagePair pair) {
    Descriptor written = pair.written();
    Descriptor mine = pair.mine();
    if (written.getOptions().getMessageSetWireFormat()
        != mine.getOptions().getMessageSetWireFormat()) {
      changed(mine.getFullName() + ": message_set_wire_format was changed");
    }
    for (FieldDescriptor field : written.getFields()) {
      FieldDescriptor now = mine.findFieldByNumber(field.getNumber());
      if (now == null) {
        gone(field, mine);
      } else if (isNamed(now, field)) {
        field(pair, field, now);
      } else {
        changed(
            mine.getFullName()
                + ": number "
                + field.getNumber()
                + " was \""
                + FieldText.of(field)
                + "\" and is \""
                + FieldText.of(now)
                + "\"");
      }
    }
    for (FieldDescriptor field : mine.getFields()) {
      if (written.findFieldByNumber(field.getNumber()) == null) {
        added(field, written);
      }
    }
    for (OneofDescriptor oneof : mine.getRealOneofs()) {
      oneof(oneof, written);
    }
  }

  private boolean isNamed(FieldDescriptor now, FieldDescriptor field) {
    return now.getName().equals(field.getName())
        || renames.isFormer(now.getFullName(), field.getName());
  }

  /**
   * Its values go to the unknown fields. That is no change: an older program does the same with a
   * field that it does not know yet. But the same field under another number would lose its values.
   */
  private void gone(FieldDescriptor field, Descriptor mine) {
    for (FieldDescriptor each : mine.getFields()) {
      if (isNamed(each, field) && !mine.isReservedNumber(field.getNumber())) {
        changed(
            each.getFullName()
                + " was number "
                + field.getNumber()
                + " and is number "
                + each.getNumber());
      }
    }
  }

  /** A number that was reserved with its name had that name before: an older program uses it. */
  private void added(FieldDescriptor field, Descriptor written) {
    int number = field.getNumber();
    boolean reserved = written.isReservedNumber(number) && !written.isReservedName(field.getName());
    if (field.isRequired()) {
      changed(field.getFullName() + " is required and new");
    } else if (reserved || written.isExtensionNumber(number)) {
      changed(
          field.getFullName()
              + " has number "
              + number
              + ", which was "
              + (reserved ? "reserved, and not for this name" : "for extensions"));
    }
  }

  private void field(MessagePair pair, FieldDescriptor field, FieldDescriptor now) {
    WireNumber numbers = WireNumber.of(field.getType());
    WireNumber numbersNow = WireNumber.of(now.getType());
    boolean content = field.getJavaType() == JavaType.MESSAGE;
    boolean single = field.isRepeated() && !now.isRepeated();
    if (!isReadable(field, now)
        || (single && (numbers != null || field.isMapField() || isFloating(field)))
        || (now.isMapField() && !field.isMapField())) {
      changed(
          now.getFullName() + " was " + FieldText.type(field) + " and is " + FieldText.type(now));
      return;
    }
    if (now.isRequired() && !field.isRequired()) {
      changed(now.getFullName() + " was not required and is");
    }
    if (now.getRealContainingOneof() == null
        && field.getRealContainingOneof() != null
        && !now.hasPresence()
        && !now.isRepeated()) {
      changed(
          now.getFullName()
              + " was in the oneof \""
              + field.getRealContainingOneof().getName()
              + "\" and does not say any more whether it is set: declare it optional");
    }
    if (!content && !Defaults.of(field).equals(Defaults.of(now))) {
      changed(
          now.getFullName()
              + " was "
              + Defaults.text(field)
              + " if it was not set, and is "
              + Defaults.text(now));
    }
    MessagePair messages = null;
    if (content && now.getJavaType() == JavaType.MESSAGE) {
      messages = new MessagePair(field.getMessageType(), now.getMessageType());
      named(messages, now.getFullName());
    } else if (field.getType() == FieldDescriptor.Type.ENUM
        && now.getType() == FieldDescriptor.Type.ENUM) {
      enums(new EnumPair(field.getEnumType(), now.getEnumType()), now.getFullName());
    }
    boolean narrower = numbers != null && numbersNow != null && !numbersNow.containsAllOf(numbers);
    boolean text =
        field.getType() == FieldDescriptor.Type.BYTES
            && now.getType() == FieldDescriptor.Type.STRING;
    checks.add(
        pair,
        field.getNumber(),
        new ValueChecks.Check(narrower ? numbersNow : null, text, single, messages));
  }

  /** Whether the bytes of one type are those of another. */
  private static boolean isReadable(FieldDescriptor field, FieldDescriptor now) {
    FieldDescriptor.Type written = field.getType();
    FieldDescriptor.Type mine = now.getType();
    WireNumber numbers = WireNumber.of(written);
    WireNumber numbersNow = WireNumber.of(mine);
    if (numbers != null && numbersNow != null) {
      boolean constants = written == FieldDescriptor.Type.ENUM || mine == FieldDescriptor.Type.ENUM;
      boolean truths = written == FieldDescriptor.Type.BOOL || mine == FieldDescriptor.Type.BOOL;
      return numbers.form() == numbersNow.form() && !(constants && truths);
    }
    return written == mine
        || (written == FieldDescriptor.Type.STRING && mine == FieldDescriptor.Type.BYTES)
        || (written == FieldDescriptor.Type.BYTES && mine == FieldDescriptor.Type.STRING)
        || (written == FieldDescriptor.Type.MESSAGE
            && mine == FieldDescriptor.Type.BYTES
            && !field.isMapField());
  }

  private static boolean isFloating(FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.FLOAT
        || field.getType() == FieldDescriptor.Type.DOUBLE;
  }

  private void oneof(OneofDescriptor now, Descriptor written) {
    List<FieldDescriptor> members = new ArrayList<>();
    Set<@Nullable OneofDescriptor> before = new HashSet<>();
    for (FieldDescriptor each : now.getFields()) {
      FieldDescriptor field = written.findFieldByNumber(each.getNumber());
      if (field != null) {
        members.add(field);
        before.add(field.getRealContainingOneof());
      }
    }
    if (members.size() > 1 && (before.size() > 1 || before.contains(null))) {
      changed(
          now.getFullName()
              + " is a oneof of fields that could be set together: "
              + String.join(", ", members.stream().map(FieldText::of).toList()));
    } else if (members.size() == 1
        && !members.get(0).hasPresence()
        && !members.get(0).isRepeated()) {
      changed(
          members.get(0).getFullName()
              + " did not say whether it was set, and is in the oneof \""
              + now.getName()
              + "\"");
    }
  }

  private void enums(EnumPair pair, String place) {
    EnumDescriptor written = pair.written();
    EnumDescriptor mine = pair.mine();
    if (!written.getFullName().equals(mine.getFullName())
        && !renames.isFormer(mine.getFullName(), written.getFullName())) {
      changed(place + ": the enum was " + written.getFullName() + " and is " + mine.getFullName());
    } else if (enums.add(pair)) {
      new EnumComparison(written, mine, renames).changes().forEach(this::changed);
    }
  }

  private void changed(String change) {
    if (changes.size() < CHANGES_MAX) {
      changes.add(Objects.requireNonNull(change));
    }
  }
}
