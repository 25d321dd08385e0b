package dev.durability.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import java.util.List;
import java.util.Random;

/** Makes messages of any type, with all that a message may have. */
final class RandomMessages {
  /** A message with fields of each type, in each way. */
  static final Descriptor ALL_TYPES =
      ProtoText.message(
          """
          message All {
            enum Level { NONE = 0; LOW = 1; BELOW = -3; }
            message Leaf { sint64 a = 1; optional bool b = 2; }
            double f1 = 1; float f2 = 2; int64 f3 = 3; uint64 f4 = 4; int32 f5 = 5; fixed64 f6 = 6;
            fixed32 f7 = 7; bool f8 = 8; string f9 = 9; bytes f12 = 12; uint32 f13 = 13;
            Level f14 = 14; sfixed32 f15 = 15; sfixed64 f16 = 16; sint32 f17 = 17; sint64 f18 = 18;
            repeated double r1 = 101; repeated float r2 = 102; repeated int64 r3 = 103;
            repeated uint64 r4 = 104; repeated int32 r5 = 105 [packed = false];
            repeated fixed64 r6 = 106; repeated fixed32 r7 = 107; repeated bool r8 = 108;
            repeated string r9 = 109; repeated bytes r12 = 112; repeated Level r14 = 114;
            map<string, Leaf> m1 = 201; map<int32, Level> m2 = 202; map<bool, double> m3 = 203;
            map<uint64, bytes> m4 = 204; map<sint64, string> m5 = 205; map<fixed64, float> m6 = 206;
            optional int32 o1 = 301; optional Level o2 = 302;
            oneof choice { int32 c1 = 401; string c2 = 402; Leaf c3 = 403; All c4 = 404; }
            Leaf leaf = 501; repeated All all = 502;
          }""");

  /** The same for the older syntax. */
  static final Descriptor SECOND_SYNTAX =
      ProtoText.message(
          """
          syntax = "proto2";
          message Old {
            enum Level { LOW = 1; HIGH = 2; }
            required int32 f1 = 1; optional string f2 = 2 [default = "x"];
            repeated group Part = 3 { required sint32 a = 1; repeated Old b = 2; }
            optional Level f4 = 4; repeated int64 f5 = 5 [packed = true]; optional group One = 6 { }
            extensions 100 to 200;
          }""");

  private final Random random;

  RandomMessages(Random random) {
    this.random = random;
  }

  Message next(Message prototype) {
    return next(prototype.newBuilderForType(), 0);
  }

  private Message next(Message.Builder builder, int depth) {
    Descriptor type = builder.getDescriptorForType();
    for (FieldDescriptor field : type.getFields()) {
      boolean tooDeep = depth > 3 && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      if (field.isRequired() || (!tooDeep && random.nextInt(3) == 0)) {
        if (field.isRepeated()) {
          for (int i = random.nextInt(4); i > 0; i--) {
            builder.addRepeatedField(field, value(builder, field, depth));
          }
        } else {
          builder.setField(field, value(builder, field, depth));
        }
      }
    }
    if (random.nextInt(8) == 0 && !type.getOptions().getMapEntry()) {
      builder.setUnknownFields(
          UnknownFieldSet.newBuilder()
              .addField(
                  7_000,
                  UnknownFieldSet.Field.newBuilder()
                      .addVarint(random.nextLong())
                      .addFixed32(random.nextInt())
                      .addFixed64(random.nextLong())
                      .addLengthDelimited(ByteString.copyFromUtf8("later"))
                      .addGroup(
                          UnknownFieldSet.newBuilder()
                              .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                              .build())
                      .build())
              .build());
    }
    return builder.build();
  }

  private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> random.nextBoolean() ? random.nextInt() : random.nextInt(3);
      case LONG -> random.nextBoolean() ? random.nextLong() : random.nextInt(3);
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextGaussian();
      case BOOLEAN -> random.nextBoolean();
      case STRING ->
          List.of("", "a", "ä", "🐢", "x".repeat(random.nextInt(300))).get(random.nextInt(5));
      case BYTE_STRING -> {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield ByteString.copyFrom(bytes);
      }
      case ENUM -> {
        List<EnumValueDescriptor> constants = field.getEnumType().getValues();
        yield field.getEnumType().isClosed() || random.nextInt(5) > 0
            ? constants.get(random.nextInt(constants.size()))
            : field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(1000));
      }
      case MESSAGE -> next(builder.newBuilderForField(field), depth + 1);
    };
  }

  /** Changes some bytes, cuts some off, or puts some in. */
  byte[] mutated(byte[] bytes) {
    byte[] changed = bytes.clone();
    for (int i = random.nextInt(4); i >= 0 && changed.length > 0; i--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt();
    }
    if (random.nextInt(4) == 0) {
      int from = random.nextInt(changed.length + 1);
      byte[] more = new byte[random.nextInt(4)];
      random.nextBytes(more);
      byte[] longer = new byte[changed.length + more.length];
      System.arraycopy(changed, 0, longer, 0, from);
      System.arraycopy(more, 0, longer, from, more.length);
      System.arraycopy(changed, from, longer, from + more.length, changed.length - from);
      changed = longer;
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(changed, random.nextInt(changed.length + 1))
        : changed;
  }

  static DynamicMessage prototype(Descriptor type) {
    return DynamicMessage.getDefaultInstance(type);
  }
}
