/**
 * The way of an entry into a segment: buffered in blocks, written and synced with others. Not
 * exported.
 */
package dev.durability.append;
