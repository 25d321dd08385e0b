/** What can go wrong, as types: the lowest package, used by all others. */
package dev.durability.errors;
