/** The speed of a log on BookKeeper beside that of BookKeeper's own client. */
@NullMarked
package dev.durability.bookkeeper.benchmark;

import org.jspecify.annotations.NullMarked;
