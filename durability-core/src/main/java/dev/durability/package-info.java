/** The whole life cycle of a durable in-memory state in one object. */
package dev.durability;
