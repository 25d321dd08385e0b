package dev.durability.avro;

import java.io.Serial;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/** As Avro's compiler generates it, in the parts that matter. */
public final class Counted extends SpecificRecordBase {
  @Serial private static final long serialVersionUID = 1L;

  /** Where Avro looks for it. */
  public static final Schema SCHEMA$ =
      new Schema.Parser()
          .parse(
              ("{'type':'record','name':'Counted','namespace':'dev.durability.avro',"
                      + "'fields':[{'name':'count','type':'int'}]}")
                  .replace('\'', '"'));

  private int count;

  /** Avro makes it, and fills it. */
  public Counted() {}

  @Override
  public Schema getSchema() {
    return SCHEMA$;
  }

  @Override
  public Object get(int field) {
    return count;
  }

  @Override
  public void put(int field, Object value) {
    count = (Integer) value;
  }
}
