/**
 * The bytes of all files: file header, frames, and the run of valid frames in one file. The only
 * code that knows byte offsets; docs/format.md is its description.
 */
package dev.durability.frame;
