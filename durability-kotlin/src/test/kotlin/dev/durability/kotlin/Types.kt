package dev.durability.kotlin

import kotlinx.serialization.KSerializer
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.descriptors.PrimitiveKind
import kotlinx.serialization.descriptors.PrimitiveSerialDescriptor
import kotlinx.serialization.encoding.Decoder
import kotlinx.serialization.encoding.Encoder
import java.time.Instant

/** The first version of a program. */
object First {
    @Serializable
    sealed interface Event

    @Serializable
    @SerialName("Ordered")
    data class Ordered(val item: String, val count: Int, val level: Level = Level.LOW) : Event

    @Serializable
    @SerialName("Cancelled")
    data class Cancelled(val item: String, val why: String? = null) : Event

    enum class Level { LOW, HIGH }
}

@JvmInline
@Serializable
value class Account(val name: String)

@Serializable
data class Box<T>(val content: T)

object InstantAsText : KSerializer<Instant> {
    override val descriptor = PrimitiveSerialDescriptor("java.time.Instant", PrimitiveKind.STRING)

    override fun serialize(encoder: Encoder, value: Instant) = encoder.encodeString(value.toString())

    override fun deserialize(decoder: Decoder): Instant = Instant.parse(decoder.decodeString())
}

@Serializable
data class Everything(
    val yes: Boolean,
    val byte: Byte,
    val short: Short,
    val int: Int,
    val long: Long,
    val ubyte: UByte,
    val ushort: UShort,
    val uint: UInt,
    val ulong: ULong,
    val float: Float,
    val double: Double,
    val char: Char,
    val string: String,
    val account: Account,
    val maybe: Account?,
    val list: List<Int?>,
    val set: Set<String>,
    val map: Map<String, List<Long>>,
    val levels: Map<First.Level, Int>,
    val one: Box<Int>,
    val other: Box<String>,
    val event: First.Event,
    @Serializable(with = InstantAsText::class) val at: Instant,
    val more: Everything? = null,
    val nothing: Nothing1 = Nothing1,
)

@Serializable
data object Nothing1
