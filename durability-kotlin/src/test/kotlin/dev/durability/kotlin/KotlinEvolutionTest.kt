package dev.durability.kotlin

import dev.durability.codec.Codec
import dev.durability.errors.CodecException
import dev.durability.errors.SchemaException
import dev.durability.storage.MemoryDirectory
import dev.durability.wal.WalOptions
import dev.durability.wal.WalReader
import dev.durability.wal.WalWriter
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.KSerializer
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.builtins.ListSerializer
import kotlinx.serialization.builtins.MapSerializer
import kotlinx.serialization.builtins.SetSerializer
import kotlinx.serialization.builtins.nullable
import kotlinx.serialization.builtins.serializer
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonIgnoreUnknownKeys
import kotlinx.serialization.json.JsonNames
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.junit.jupiter.api.Test
import java.nio.ByteBuffer

/** Versions of a program, and one log. */
@OptIn(ExperimentalSerializationApi::class)
class KotlinEvolutionTest {
    /** One property is renamed, one wider, one gone, one new; a variant and a constant are new, and their order is another. */
    object Second {
        @Serializable
        sealed interface Event

        @Serializable
        @SerialName("Shipped")
        data class Shipped(val item: String) : Event

        @Serializable
        @SerialName("Ordered")
        data class Ordered(val count: Long, @JsonNames("item") val article: String, val level: Level?, val gift: Boolean = false) : Event

        @Serializable
        @SerialName("Cancelled")
        data class Cancelled(val item: String) : Event

        enum class Level { HIGH, MEDIUM, LOW }
    }

    /** A variant and a constant are gone. */
    object Third {
        @Serializable
        sealed interface Event

        @Serializable
        @SerialName("Ordered")
        data class Ordered(val count: Long, val article: String, val level: Level) : Event

        enum class Level { LOW }
    }

    object Refused {
        @Serializable
        @SerialName("Ordered")
        data class Retyped(val item: Boolean, val count: String, val level: First.Level)

        @Serializable
        data class NoDefault(val item: String, val count: Int, val level: First.Level, val gift: Boolean)

        @Serializable
        data class Renamed(val article: String, val count: Int, val level: First.Level)

        @Serializable
        data class Twice(@JsonNames("item", "count") val article: String, val level: First.Level)

        @Serializable
        data class Less(val item: String, val count: Int)

        @Serializable
        @JsonIgnoreUnknownKeys
        data class LessAndOpen(val item: String, val count: Int)

        @Serializable
        data class Foreign(val theme: String = "light")

        @Serializable
        @SerialName("Ordered")
        data class AllNew(val theme: String = "light")
    }

    private val levels: KSerializer<First.Level> = kotlinx.serialization.serializer()

    private val directory = MemoryDirectory()

    @Test
    fun twoVersionsWriteOneLog() {
        append(First.Event.serializer(), First.Ordered("a", 1), First.Cancelled("a", "late"))
        append(Second.Event.serializer(), Second.Shipped("b"), Second.Ordered(1L shl 40, "b", Second.Level.MEDIUM, true))

        assertThat(read(Second.Event.serializer())).containsExactly(
            Second.Ordered(1, "a", Second.Level.LOW),
            Second.Cancelled("a"),
            Second.Shipped("b"),
            Second.Ordered(1L shl 40, "b", Second.Level.MEDIUM, true),
        )
    }

    @Test
    fun aVariantOrConstantThatIsGoneIsAnErrorOnlyWhereItIsMet() {
        val second = KotlinCodec.json(Second.Event.serializer())
        // What may be null, may not be null any more: so it is read from a version without that.
        val reader = KotlinCodec.json(Third.Event.serializer()).decoderOf(
            KotlinCodec.json(OrderedOnly.Event.serializer()).schema(),
        )

        assertThat(reader.decode(json("""{"type":"Ordered","count":1,"article":"a","level":"LOW"}""")))
            .isEqualTo(Third.Ordered(1, "a", Third.Level.LOW))
        assertThatExceptionOfType(CodecException::class.java)
            .isThrownBy { reader.decode(json("""{"type":"Ordered","count":1,"article":"a","level":"HIGH"}""")) }
        assertThatExceptionOfType(CodecException::class.java)
            .isThrownBy { reader.decode(json("""{"type":"Shipped","item":"a"}""")) }
        refused(
            second,
            KotlinCodec.json(Third.Event.serializer()),
            "Ordered.level was dev.durability.kotlin.KotlinEvolutionTest.Second.Level? and is dev.durability.kotlin.KotlinEvolutionTest.Third.Level",
        )
    }

    object OrderedOnly {
        @Serializable
        sealed interface Event

        @Serializable
        @SerialName("Ordered")
        data class Ordered(val count: Long, val article: String, val level: Second.Level) : Event

        @Serializable
        @SerialName("Shipped")
        data class Shipped(val item: String) : Event
    }

    @Test
    fun refusedChangesAreNamed() {
        val before = KotlinCodec.json(First.Ordered.serializer())
        val strict = Json { encodeDefaults = true }
        refused(
            before, KotlinCodec.json(Refused.Retyped.serializer()),
            "Ordered.item was string and is boolean", "Ordered.count was int and is string",
        )
        val place = "dev.durability.kotlin.KotlinEvolutionTest.Refused"
        refused(
            before, KotlinCodec.json(Refused.NoDefault.serializer()),
            "$place.NoDefault: property \"gift: boolean\" is new and has no default",
        )
        refused(
            before, KotlinCodec.json(Refused.Renamed.serializer()),
            "$place.Renamed: property \"article: string\" is new and has no default; gone is \"item: string\"",
        )
        refused(
            before, KotlinCodec.json(Refused.Twice.serializer()),
            "$place.Twice.article was written under two of its names",
        )
        refused(
            before, KotlinCodec.json(Refused.Less.serializer(), strict),
            "$place.Less: gone is \"level: dev.durability.kotlin.First.Level\", and the format does not ignore unknown keys",
        )
        assertThat(KotlinCodec.json(Refused.LessAndOpen.serializer(), strict).decoderOf(before.schema())).isNotNull()
        refused(
            KotlinCodec.json(First.Event.serializer()),
            KotlinCodec.json(First.Event.serializer(), Json { encodeDefaults = true; classDiscriminator = "kind" }),
            "dev.durability.kotlin.First.Event had its variant in \"type\" and has it in \"kind\"",
        )
        refused(
            KotlinCodec.json(First.Event.serializer()),
            KotlinCodec.json(First.Event.serializer(), Json { encodeDefaults = true; useArrayPolymorphism = true }),
            "dev.durability.kotlin.First.Event had its variant in \"type\" and has it in \"\"",
        )
        refused(
            KotlinCodec.json(First.Event.serializer(), Json { encodeDefaults = true; useAlternativeNames = false }),
            KotlinCodec.json(Second.Event.serializer(), Json { encodeDefaults = true; ignoreUnknownKeys = true; useAlternativeNames = false }),
            "Ordered: property \"article: string\" is new and has no default; gone is \"item: string\"",
        )
    }

    @Test
    fun widerShapesAreReadAndOthersAreNot() {
        reads(Int.serializer(), Long.serializer(), 7, 7L)
        reads(UByte.serializer(), Short.serializer(), 200u, 200)
        reads(Int.serializer(), Double.serializer(), Int.MAX_VALUE, Int.MAX_VALUE.toDouble())
        reads(Float.serializer(), Double.serializer(), 0.5f, 0.5)
        reads(Char.serializer(), String.serializer(), 'x', "x")
        reads(Int.serializer(), Int.serializer().nullable, 7, 7)
        reads(SetSerializer(Int.serializer()), ListSerializer(Long.serializer()), setOf(1), listOf(1L))
        reads(
            MapSerializer(Int.serializer(), Int.serializer().nullable), MapSerializer(Long.serializer(), Long.serializer().nullable),
            mapOf(1 to null), mapOf(1L to null),
        )
        doesNotRead(Long.serializer(), Int.serializer(), "kotlin.Int was long and is int")
        doesNotRead(Long.serializer(), Double.serializer(), "kotlin.Double was long and is double")
        doesNotRead(ULong.serializer(), Long.serializer(), "kotlin.Long was ulong and is long")
        doesNotRead(String.serializer(), InstantAsText, "java.time.Instant was string and is string of java.time.Instant")
        doesNotRead(
            ListSerializer(Int.serializer()), SetSerializer(Int.serializer()),
            "kotlin.collections.LinkedHashSet was list<int> and is set<int>",
        )
        doesNotRead(
            MapSerializer(String.serializer(), Int.serializer()), First.Ordered.serializer(),
            "Ordered was map<string, int> and is Ordered",
        )
        doesNotRead(
            levels, First.Ordered.serializer(),
            "Ordered was dev.durability.kotlin.First.Level and is Ordered",
        )
    }

    @Test
    fun anotherClassWhosePropertiesAllHaveDefaultsDoesNotReadEveryLog() {
        val before = KotlinCodec.json(First.Ordered.serializer())
        val place = "dev.durability.kotlin.KotlinEvolutionTest.Refused"

        refused(
            before, KotlinCodec.json(Refused.Foreign.serializer()),
            "$place.Foreign has nothing of what Ordered had; if it is the same class, give it that name with @SerialName",
        )
        refused(
            KotlinCodec.json(ListSerializer(First.Ordered.serializer())), KotlinCodec.json(ListSerializer(Refused.Foreign.serializer())),
            "$place.Foreign has nothing of what Ordered had; if it is the same class, give it that name with @SerialName",
        )
        assertThat(KotlinCodec.json(Refused.AllNew.serializer()).decoderOf(before.schema())).isNotNull()
    }

    @Test
    fun aRefusedChangeChangesNothing() {
        append(First.Ordered.serializer(), First.Ordered("a", 1))
        val before = files()

        assertThatExceptionOfType(SchemaException::class.java).isThrownBy {
            WalWriter.open(directory, KotlinCodec.json(Refused.Retyped.serializer()), WalOptions.defaults())
        }

        assertThat(files()).isEqualTo(before)
        assertThat(read(First.Ordered.serializer())).containsExactly(First.Ordered("a", 1))
    }

    private fun <A, B> reads(before: KSerializer<A>, now: KSerializer<B>, value: A, expected: B) {
        val codec = KotlinCodec.json(before)
        val bytes = java.io.ByteArrayOutputStream().also { codec.encode(value, it) }.toByteArray()

        assertThat(KotlinCodec.json(now).decoderOf(codec.schema()).decode(ByteBuffer.wrap(bytes))).isEqualTo(expected)
    }

    private fun doesNotRead(before: KSerializer<*>, now: KSerializer<*>, change: String) =
        refused(KotlinCodec.json(before), KotlinCodec.json(now), change)

    private fun refused(before: Codec<*>, now: Codec<*>, vararg changes: String) {
        assertThatExceptionOfType(SchemaException::class.java).isThrownBy { now.decoderOf(before.schema()) }
            .withMessageContaining("give new properties a default")
            .satisfies({ assertThat(it.changes()).contains(*changes) })
    }

    private fun <T> append(serializer: KSerializer<T>, vararg entries: T) {
        WalWriter.open(directory, KotlinCodec.json(serializer), WalOptions.defaults()).use { log ->
            entries.forEach { log.appendDurable(it) }
        }
    }

    private fun <T> read(serializer: KSerializer<T>): List<T> =
        WalReader.of(directory, KotlinCodec.json(serializer)).readAll().map { it.entry() }

    private fun files(): Map<String, ByteBuffer> = listOf("", "wal").flatMap { folder ->
        directory.list(folder).map { if (folder.isEmpty()) it else "$folder/$it" }
    }.associateWith { path ->
        directory.open(path).use { file ->
            ByteBuffer.allocate(Math.toIntExact(file.size())).also { file.read(it, 0) }.flip()
        }
    }

    private fun json(text: String): ByteBuffer = ByteBuffer.wrap(text.toByteArray())
}
