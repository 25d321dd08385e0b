package dev.durability.architecture.upward.wal;

/** Something of a higher package, for {@code PackageOrderTest}. */
public final class High {}
