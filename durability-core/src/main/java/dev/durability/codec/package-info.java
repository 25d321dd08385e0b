/** Values to bytes and back: what a log holds. Decoding trusts nothing that it reads. */
package dev.durability.codec;
