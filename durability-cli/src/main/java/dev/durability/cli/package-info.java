/** The {@code durability} command: one class a command, and what the commands share. */
package dev.durability.cli;
