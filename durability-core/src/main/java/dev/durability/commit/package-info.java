/**
 * Group commit: who leads a round, who waits, and what is due by the clock. It knows no file and no
 * format. Not exported.
 */
package dev.durability.commit;
