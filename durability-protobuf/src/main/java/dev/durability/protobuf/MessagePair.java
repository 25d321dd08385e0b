package dev.durability.protobuf;

import com.google.protobuf.Descriptors.Descriptor;

/**
 * A message as it was written, and the one that reads it.
 *
 * @param written the message of the log
 * @param mine the message of the program
 */
record MessagePair(Descriptor written, Descriptor mine) {}
