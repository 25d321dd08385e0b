/** Values to bytes and back. */
package dev.durability.codec;
