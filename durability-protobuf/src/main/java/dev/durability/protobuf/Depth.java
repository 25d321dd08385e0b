package dev.durability.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/** Finds whether the messages in bytes are nested too deep to be read again. */
final class Depth {
  /** A message takes at least a tag and a length. */
  private static final int LEVEL_BYTES_MIN = 2;

  private Depth() {}

  /** {@return whether bytes that a message was just written as can be read again} */
  static boolean isReadable(Descriptor type, byte[] bytes) throws IOException {
    return bytes.length < LEVEL_BYTES_MIN * ProtobufCodec.DEPTH_MAX
        || fits(type, CodedInputStream.newInstance(bytes), ProtobufCodec.DEPTH_MAX);
  }

  private static boolean fits(Descriptor type, CodedInputStream in, int levels) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      int wire = WireFormat.getTagWireType(tag);
      if (wire == WireFormat.WIRETYPE_END_GROUP) {
        return true;
      }
      if (field == null
          || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE
          || wire != field.getLiteType().getWireType()) {
        boolean more = in.skipField(tag);
        if (!more) {
          return true;
        }
      } else if (levels == 0) {
        return false;
      } else if (wire == WireFormat.WIRETYPE_START_GROUP) {
        if (!fits(field.getMessageType(), in, levels - 1)) {
          return false;
        }
      } else {
        int limit = in.pushLimit(in.readRawVarint32());
        if (!fits(field.getMessageType(), in, levels - 1)) {
          return false;
        }
        in.popLimit(limit);
      }
    }
    return true;
  }
}
