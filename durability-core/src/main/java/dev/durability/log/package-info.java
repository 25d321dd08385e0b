/** Values that describe a log: the verdict on its files, its segments, its checkpoints. */
package dev.durability.log;
