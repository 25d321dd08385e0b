/**
 * Segments of a log as files: their names, how they are listed, read and judged, and how a new one
 * comes into being. Not exported.
 */
package dev.durability.segment;
