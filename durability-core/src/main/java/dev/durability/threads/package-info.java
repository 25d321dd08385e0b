/**
 * What a thread needs so that a lack of stack or memory leaves nothing behind.
 *
 * <p>Not exported.
 */
@NullMarked
package dev.durability.threads;

import org.jspecify.annotations.NullMarked;
