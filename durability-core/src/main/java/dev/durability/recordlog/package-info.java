/** A log of records in one file, for one writer and any number of readers. */
package dev.durability.recordlog;
