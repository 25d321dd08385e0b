/** Codecs of JSON and its binary relatives by Jackson, with schemas. */
package dev.durability.jackson;
