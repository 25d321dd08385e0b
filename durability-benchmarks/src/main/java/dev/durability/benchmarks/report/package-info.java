/**
 * The results as Markdown: a page with tables and charts per scenario ({@code Page}, where to
 * start), and the index of all of them ({@code Summary}).
 */
@org.jspecify.annotations.NullMarked
package dev.durability.benchmarks.report;
