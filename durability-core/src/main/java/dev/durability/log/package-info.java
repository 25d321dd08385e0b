/** What is said about a log, in values: the verdict on its files, its segments, its checkpoints. */
package dev.durability.log;
