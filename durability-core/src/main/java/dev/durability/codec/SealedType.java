package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A sealed interface: the index of the permitted subtype as a u32 varint, then the value as one of
 * that subtype.
 */
final class SealedType implements WireType {

  private final Class<?> type;
  private final WireType[] variants;
  private final Map<Class<?>, Integer> indexes = new HashMap<>();

  /** Creates the type with its variants missing, so that these can refer back to it. */
  SealedType(Class<?> type) {
    this.type = type;
    Class<?>[] permitted = type.getPermittedSubclasses();
    this.variants = new WireType[permitted.length];
    for (int i = 0; i < permitted.length; i++) {
      addLeaves(permitted[i], i);
    }
  }

  private void addLeaves(Class<?> subtype, int index) {
    if (subtype.isInterface() && subtype.isSealed()) {
      for (Class<?> leaf : subtype.getPermittedSubclasses()) {
        addLeaves(leaf, index);
      }
    } else {
      // There may be several ways to a class. The first one is written, and each can be read.
      indexes.putIfAbsent(subtype, index);
    }
  }

  void setVariant(int index, WireType variant) {
    variants[index] = variant;
  }

  Class<?> type() {
    return type;
  }

  String name() {
    return type.getSimpleName();
  }

  WireType variant(int index) {
    return variants[index];
  }

  /** The permitted subtypes, in the order of their indexes. */
  List<Class<?>> permitted() {
    return List.of(type.getPermittedSubclasses());
  }

  @Override
  public Described describe(Describer describer) {
    return describer.named(
        this,
        name(),
        () -> {
          List<Described.Member> members = new ArrayList<>();
          for (int i = 0; i < variants.length; i++) {
            String variant = type.getPermittedSubclasses()[i].getSimpleName();
            members.add(new Described.Member(variant, variants[i].describe(describer)));
          }
          return new Described.Variants(List.copyOf(members));
        });
  }

  @Override
  public void write(Object value, PostcardOutput out) throws CodecException {
    Class<?> leaf = value instanceof Enum<?> e ? e.getDeclaringClass() : value.getClass();
    Integer index = indexes.get(leaf);
    if (index == null) {
      throw out.failure(leaf.getName() + " is not a " + type.getName(), null);
    }
    out.varint(index);
    out.descend();
    variants[index].write(value, out);
    out.ascend();
  }

  @Override
  public Object read(PostcardInput in) throws CodecException {
    WireType variant = variants[EnumType.indexBelow(variants.length, type.getSimpleName(), in)];
    in.descend();
    Object value = variant.read(in);
    in.ascend();
    return value;
  }
}
