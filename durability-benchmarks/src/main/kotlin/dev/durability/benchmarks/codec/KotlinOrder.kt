package dev.durability.benchmarks.codec

import kotlinx.serialization.Serializable

/** An order in the shape that Kotlin serializes. */
@Serializable
data class KotlinOrder(val id: Long, val owner: String, val tags: List<String>, val amount: Double)
