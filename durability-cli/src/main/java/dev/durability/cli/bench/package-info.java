/**
 * The measurements behind {@code durability bench}: what is measured, how, and how it is shown. It
 * knows nothing of the command line.
 */
@org.jspecify.annotations.NullMarked
package dev.durability.cli.bench;
