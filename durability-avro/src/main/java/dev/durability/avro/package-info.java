/** Codecs of Avro's data, with schemas. */
package dev.durability.avro;
