package dev.durability.codec;

import dev.durability.errors.CodecException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A type of values that were written under another schema: they can only be read. */
abstract class ReadOnlyType implements WireType {

  @Override
  public final void write(Object value, PostcardOutput out) {
    throw new IllegalStateException("values of a former schema are never written");
  }

  @Override
  public final Described describe(Describer describer) {
    throw new IllegalStateException("values of a former schema are never written");
  }

  /** A record whose components were others, or in another order. */
  static final class RecordByNames extends ReadOnlyType {
    private final RecordType target;
    private final String[] names;
    private final WireType[] types;
    private final int[] indexes;
    private final @Nullable Preset[] presets;

    /** Creates it with its components missing, so that these can refer back to it. */
    RecordByNames(RecordType target, int written) {
      this.target = target;
      this.names = new String[written];
      this.types = new WireType[written];
      this.indexes = new int[written];
      this.presets = new @Nullable Preset[target.size()];
    }

    /** Says how a written component is read, and where it belongs. */
    void read(int written, String name, WireType type, int index) {
      names[written] = name;
      types[written] = type;
      indexes[written] = index;
    }

    /** Gives a value to a component that was not written. */
    void preset(int index, Preset value) {
      presets[index] = value;
    }

    @Override
    public Object read(PostcardInput in) throws CodecException {
      @Nullable Object[] values = new @Nullable Object[presets.length];
      for (int i = 0; i < types.length; i++) {
        in.enter(names[i]);
        Object value = types[i].read(in);
        if (indexes[i] != NameMatch.GONE) {
          values[indexes[i]] = value;
        }
        in.leave();
      }
      for (int i = 0; i < values.length; i++) {
        Preset preset = presets[i];
        if (preset != null) {
          values[i] = preset.value();
        }
      }
      return target.make(values, in);
    }
  }

  /** A sealed interface whose variants were others, or in another order. */
  static final class VariantByName extends ReadOnlyType {
    private final String name;
    private final String[] names;
    private final @Nullable WireType[] variants;

    /** Creates it with its variants missing, so that these can refer back to it. */
    VariantByName(String name, int written) {
      this.name = name;
      this.names = new String[written];
      this.variants = new @Nullable WireType[written];
    }

    /** Says how a variant is read; null if it is gone. */
    void variant(int written, String itsName, @Nullable WireType type) {
      names[written] = itsName;
      variants[written] = type;
    }

    @Override
    public Object read(PostcardInput in) throws CodecException {
      int index = EnumType.indexBelow(variants.length, name, in);
      WireType variant = variants[index];
      if (variant == null) {
        throw gone(names[index], name, in);
      }
      in.descend();
      Object value = variant.read(in);
      in.ascend();
      return value;
    }
  }

  /** An enum whose constants were others, or in another order. */
  static final class ConstantByName extends ReadOnlyType {
    private final String name;
    private final List<String> names;
    private final List<Optional<Object>> constants;

    ConstantByName(Class<?> type, List<String> names, List<Optional<Object>> constants) {
      this.name = type.getSimpleName();
      this.names = names;
      this.constants = constants;
    }

    @Override
    public Object read(PostcardInput in) throws CodecException {
      int index = EnumType.indexBelow(constants.size(), name, in);
      Optional<Object> constant = constants.get(index);
      if (constant.isEmpty()) {
        throw gone(names.get(index), name, in);
      }
      return constant.get();
    }
  }

  /** A value that has become optional. */
  static final class Present extends ReadOnlyType {
    private final WireType content;
    private final OptionType target;

    Present(WireType content, OptionType target) {
      this.content = content;
      this.target = target;
    }

    @Override
    public Object read(PostcardInput in) throws CodecException {
      in.descend();
      Object value = content.read(in);
      in.ascend();
      return target.wrap().apply(Optional.of(value));
    }
  }

  /** A number that has become wider. */
  static final class Wider extends ReadOnlyType {
    private final ScalarType written;
    private final java.util.function.UnaryOperator<Object> widen;

    Wider(ScalarType written, java.util.function.UnaryOperator<Object> widen) {
      this.written = written;
      this.widen = widen;
    }

    @Override
    public Object read(PostcardInput in) throws CodecException {
      return widen.apply(written.read(in));
    }

    @Override
    public boolean isOrdered() {
      return true;
    }
  }

  /** A record without its class: a map of its components, in order. */
  static final class Components extends ReadOnlyType {
    private final String[] names;
    private final WireType[] types;

    /** Creates it with its components missing, so that these can refer back to it. */
    Components(int size) {
      this.names = new String[size];
      this.types = new WireType[size];
    }

    void component(int index, String name, WireType type) {
      names[index] = name;
      types[index] = type;
    }

    @Override
    public Object read(PostcardInput in) throws CodecException {
      Map<String, Object> values = new LinkedHashMap<>();
      for (int i = 0; i < types.length; i++) {
        in.enter(names[i]);
        values.put(names[i], types[i].read(in));
        in.leave();
      }
      return Collections.unmodifiableMap(values);
    }
  }

  /** A variant without its class: its name and its value. */
  static final class Variants extends ReadOnlyType {
    private final String name;
    private final String[] names;
    private final WireType[] types;

    /** Creates it with its variants missing, so that these can refer back to it. */
    Variants(String name, int size) {
      this.name = name;
      this.names = new String[size];
      this.types = new WireType[size];
    }

    void variant(int index, String itsName, WireType type) {
      names[index] = itsName;
      types[index] = type;
    }

    @Override
    public Object read(PostcardInput in) throws CodecException {
      int index = EnumType.indexBelow(types.length, name, in);
      in.descend();
      Object value = Objects.requireNonNull(types[index]).read(in);
      in.ascend();
      return Map.of(names[index], value);
    }
  }

  /** A constant without its class: its name. */
  static final class Names extends ReadOnlyType {
    private final String name;
    private final List<String> names;

    Names(String name, List<String> names) {
      this.name = name;
      this.names = names;
    }

    @Override
    public Object read(PostcardInput in) throws CodecException {
      return names.get(EnumType.indexBelow(names.size(), name, in));
    }
  }

  private static CodecException gone(String variant, String type, PostcardInput in) {
    return in.failure(
        variant
            + " was a variant or constant of "
            + type
            + " when this was written, and is none any more; add it again, or tell its new name",
        null);
  }
}
