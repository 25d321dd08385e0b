package dev.durability.kotlin

import dev.durability.codec.Codecs
import dev.durability.codec.Schema
import dev.durability.codec.SchemaDecoder
import dev.durability.errors.CodecException
import dev.durability.errors.SchemaException
import kotlinx.serialization.Contextual
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.KSerializer
import kotlinx.serialization.Polymorphic
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.ClassDiscriminatorMode
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import kotlinx.serialization.modules.SerializersModule
import kotlinx.serialization.modules.contextual
import kotlinx.serialization.modules.polymorphic
import kotlinx.serialization.modules.subclass
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.assertj.core.api.Assertions.assertThatIllegalArgumentException
import org.junit.jupiter.api.Test
import java.io.ByteArrayOutputStream
import java.math.BigDecimal
import java.math.BigInteger
import java.nio.ByteBuffer
import java.time.Instant
import java.util.Optional
import java.util.Random
import java.util.ServiceLoader

/** What a codec writes it reads, its schema says what it writes, and it trusts no bytes. */
class KotlinCodecTest {
    private companion object {
        /** The first seed of what is random, and the number of tries. */
        val FIRST_SEED: Long = System.getProperty("durability.seed", "0").toLong()
        val TRIES: Long = System.getProperty("durability.fuzz", "2000").toLong()
    }

    @Serializable
    data class Tree(val branches: List<Tree>)

    @Serializable
    data class At(@Contextual val at: Instant)

    abstract class Open

    @Serializable
    data class Sub(val a: Int) : Open()

    @Serializable
    data class Holder(@Polymorphic val open: Open)

    @Test
    fun randomValuesComeBack() {
        val codec = KotlinCodec.json(Everything.serializer())
        for (seed in FIRST_SEED until FIRST_SEED + 300L) {
            val value = random(Random(seed), 0)
            val bytes = encode(codec, value)

            assertThat(codec.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer())).`as`("seed=%s", seed).isEqualTo(value)
            assertThat(encode(codec, value)).`as`("seed=%s", seed).isEqualTo(bytes)
        }
    }

    @Test
    fun theDescriptorSaysWhatIsWritten() {
        val schema = KotlinCodec.json(First.Event.serializer()).schema().orElseThrow()

        assertThat(schema.mediaType()).isEqualTo("application/vnd.durability.kotlin+json")
        assertThat(text(schema)).isEqualTo(
            """{"root":{"type":"dev.durability.kotlin.First.Event"},"types":{""" +
                """"dev.durability.kotlin.First.Event":{"key":"type","variants":{""" +
                """"Cancelled":{"type":"Cancelled"},"Ordered":{"type":"Ordered"}}},""" +
                """"Cancelled":{"properties":[{"name":"item","is":"string"},""" +
                """{"name":"why","is":{"nullable":"string"},"optional":true}]},""" +
                """"Ordered":{"properties":[{"name":"item","is":"string"},{"name":"count","is":"int"},""" +
                """{"name":"level","is":{"type":"dev.durability.kotlin.First.Level"},"optional":true}]},""" +
                """"dev.durability.kotlin.First.Level":{"constants":["LOW","HIGH"]}}}""",
        )
    }

    @Test
    fun everyShapeIsDescribedAndRead() {
        val schema = KotlinCodec.json(Everything.serializer()).schema().orElseThrow()

        assertThat(text(schema)).contains(
            """{"name":"ulong","is":"ulong"}""",
            """{"name":"account","is":"string"}""",
            """{"name":"maybe","is":{"nullable":"string"}}""",
            """{"name":"list","is":{"list":{"nullable":"int"}}}""",
            """{"name":"set","is":{"set":"string"}}""",
            """{"name":"map","is":{"map":["string",{"list":"long"}]}}""",
            """"dev.durability.kotlin.Box":{"properties":[{"name":"content","is":"int"}]}""",
            """"dev.durability.kotlin.Box#2":{"properties":[{"name":"content","is":"string"}]}""",
            """{"scalar":"string","of":"java.time.Instant"}""",
        )
        assertThat(DescriptionText.write(KotlinCodec.parse(schema))).isEqualTo(text(schema))
    }

    @Suppress("JSON_FORMAT_REDUNDANT")
    @OptIn(ExperimentalSerializationApi::class)
    @Test
    fun formatsUnderWhichEntriesWouldChangeAreRefused() {
        val serializer = First.Event.serializer()
        for ((format, words) in mapOf(
            Json to "encodeDefaults = true",
            Json { encodeDefaults = true; explicitNulls = false } to "explicitNulls = true",
            Json { encodeDefaults = true; coerceInputValues = true } to "coerceInputValues = false",
            Json { encodeDefaults = true; namingStrategy = JsonNamingStrategy.SnakeCase } to "no naming strategy",
            Json { encodeDefaults = true; classDiscriminatorMode = ClassDiscriminatorMode.NONE } to "classDiscriminatorMode",
        )) {
            assertThatIllegalArgumentException().isThrownBy { KotlinCodec.json(serializer, format) }
                .withMessageContaining("the format of a log needs $words")
        }
    }

    @Test
    fun contextualAndOpenClassesNeedAFormatThatKnowsThem() {
        assertThatIllegalArgumentException().isThrownBy { KotlinCodec.json(At.serializer()) }
            .withMessageContaining("is contextual")
        assertThatIllegalArgumentException().isThrownBy { KotlinCodec.json(Holder.serializer()) }
            .withMessageContaining("is open")
        val format = Json {
            encodeDefaults = true
            serializersModule = SerializersModule {
                contextual(InstantAsText)
                polymorphic(Open::class) { subclass(Sub::class) }
            }
        }
        val at = At(Instant.EPOCH)
        val codec = KotlinCodec.json(At.serializer(), format)
        assertThat(codec.decode(ByteBuffer.wrap(encode(codec, at)))).isEqualTo(at)
        assertThat(text(codec.schema().orElseThrow())).contains("""{"scalar":"string","of":"java.time.Instant"}""")
        val holder = KotlinCodec.json(Holder.serializer(), format)
        assertThat(holder.decode(ByteBuffer.wrap(encode(holder, Holder(Sub(1)))))).isEqualTo(Holder(Sub(1)))
        assertThat(text(holder.schema().orElseThrow())).contains(""""variants":{"dev.durability.kotlin.KotlinCodecTest.Sub":""")
    }

    @Test
    fun valuesAreNestedTwoHundredLevelsDeepAndNoMore() {
        val codec = KotlinCodec.json(Tree.serializer())
        val fits = tree(99) // Each is an object and an array.

        assertThat(codec.decode(ByteBuffer.wrap(encode(codec, fits)))).isEqualTo(fits)
        assertThatExceptionOfType(CodecException::class.java).isThrownBy { encode(codec, tree(100)) }
            .withMessageContaining("nested more than 200 deep")
        assertThatExceptionOfType(CodecException::class.java).isThrownBy { encode(codec, tree(100_000)) }
        assertThatExceptionOfType(CodecException::class.java)
            .isThrownBy { codec.decode(ByteBuffer.wrap("""{"branches":[""".repeat(100_000).toByteArray())) }
            .withMessageContaining("nested more than 200 deep")
    }

    private fun tree(levels: Int): Tree {
        var tree = Tree(listOf())
        repeat(levels) { tree = Tree(listOf(tree)) }
        return tree
    }

    @Test
    fun whatIsNoValueIsRefused() {
        val codec = KotlinCodec.json(First.Event.serializer())
        for (json in listOf(
            "", "{}", "7", """{"type":"Ordered"}""", """{"type":"Gone"}""",
            """{"type":"Cancelled","item":"a","why":null} {}""",
            """{"type":"Ordered","item":"a","count":1,"level":"MEDIUM"}""",
        )) {
            assertThatExceptionOfType(CodecException::class.java).`as`(json)
                .isThrownBy { codec.decode(ByteBuffer.wrap(json.toByteArray())) }
                .withMessageContaining("decoding a dev.durability.kotlin.First.Event")
        }
        assertThatExceptionOfType(CodecException::class.java)
            .isThrownBy { codec.decode(ByteBuffer.wrap(byteArrayOf(-1))) }
        assertThatExceptionOfType(CodecException::class.java)
            .isThrownBy { encode(codec, First.Cancelled("\ud800")) }
            .withMessageContaining("unpaired surrogate")
        assertThatExceptionOfType(CodecException::class.java)
            .isThrownBy { encode(KotlinCodec.json(Box.serializer(Double.serializer)), Box(Double.NaN)) }
    }

    private val Double.Companion.serializer: KSerializer<Double>
        get() = kotlinx.serialization.serializer()

    @Test
    fun programsShowValuesWithoutTheirClasses() {
        val decoder = ServiceLoader.load(SchemaDecoder::class.java).single { it.decodes(KotlinCodec.MEDIA_TYPE) }
        assertThat(decoder).isInstanceOf(KotlinSchemaDecoder::class.java)
        assertThat(decoder.decodes("application/json")).isFalse()
        val codec = KotlinCodec.json(First.Event.serializer())
        val show = decoder.decoderOf(codec.schema().orElseThrow())

        assertThat(show.decode(ByteBuffer.wrap(encode(codec, First.Ordered("a", 2))))).hasToString("{type=Ordered, item=a, count=2, level=LOW}")
        assertThat(show.decode(ByteBuffer.wrap(encode(codec, First.Cancelled("a"))))).isEqualTo(
            mapOf("type" to "Cancelled", "item" to "a", "why" to Optional.empty<Any>()),
        )
        assertThat(show.decode(ByteBuffer.wrap("[1,-2.5,true,false,NaN,18446744073709551615,1e3]".toByteArray()))).isEqualTo(
            listOf(1L, BigDecimal("-2.5"), true, false, Double.NaN, BigInteger("18446744073709551615"), BigDecimal("1e3")),
        )
        for (json in listOf("{", "[nonsense]", "[" + "1".repeat(401) + "]", "[".repeat(201))) {
            assertThatExceptionOfType(CodecException::class.java).`as`(json)
                .isThrownBy { show.decode(ByteBuffer.wrap(json.toByteArray())) }
        }
    }

    @Test
    fun damagedDescriptorsAreRefused() {
        val type = """"A":{"properties":[{"name":"a","is":"int"}]}"""
        assertThat(parse("""{"root":{"type":"A"},"types":{$type}}""")).isNotNull()
        for (text in listOf(
            "", "[]", "{}", """{"root":"int"}""", """{"root":{"type":"A"},"types":{}}""", """{"root":7,"types":{}}""",
            """{"root":{"tree":"A"},"types":{}}""", """{"root":{},"types":{}}""", """{"root":{"map":["int"]},"types":{}}""",
            """{"root":{"map":["int",{"type":"A"}]},"types":{}}""", """{"root":{"list":{"type":"A"}},"types":{}}""",
            """{"root":{"nullable":{"type":"A"}},"types":{}}""", """{"root":"int","types":{"A":{}}}""",
            """{"root":"int","types":{"A":{"properties":[{"name":"b","is":{"type":"B"}}]}}}""",
            """{"root":"int","types":{"A":{"variants":{"B":{"type":"B"}}}}}""",
            """{"root":"int","types":{"A":{"key":"k","variants":{"B":{"type":"B"}}}}}""",
            """{"root":${"""{"list":""".repeat(65)}"int"${"}".repeat(65)},"types":{}}""",
        )) {
            assertThatExceptionOfType(SchemaException::class.java).`as`(text).isThrownBy { parse(text) }
                .withMessageContaining("the descriptor of a Kotlin schema is damaged")
        }
        assertThatExceptionOfType(SchemaException::class.java)
            .isThrownBy { KotlinSchemaDecoder().decoderOf(Schema.of(KotlinCodec.MEDIA_TYPE, byteArrayOf(-1))) }
        assertThatExceptionOfType(SchemaException::class.java)
            .isThrownBy { KotlinSchemaDecoder().decoderOf(Schema.of("text/plain", byteArrayOf())) }
            .withMessageContaining("but as text/plain")
    }

    private fun parse(text: String) =
        KotlinSchemaDecoder().decoderOf(Schema.of(KotlinCodec.MEDIA_TYPE, text.toByteArray()))

    @Test
    fun mutatedBytesAndDescriptorsGiveOnlyDeclaredExceptions() {
        val codec = KotlinCodec.json(Everything.serializer())
        val descriptor = text(codec.schema().orElseThrow()).toByteArray()
        var refused = 0
        var read = 0
        for (seed in FIRST_SEED until FIRST_SEED + TRIES) {
            val random = Random(seed)
            val bytes = mutated(random, encode(codec, random(random, 2)))
            val schema = Schema.of(KotlinCodec.MEDIA_TYPE, mutated(random, descriptor))
            val decoders = listOf(
                { codec },
                { codec.decoderOf(Optional.of(schema)) },
                { KotlinSchemaDecoder().decoderOf(schema) },
            )
            for (decoder in decoders) {
                try {
                    assertThat(decoder().decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer()) as Any).isNotNull()
                    read++
                } catch (_: CodecException) {
                    refused++
                } catch (_: SchemaException) {
                    refused++
                } catch (e: Throwable) {
                    throw AssertionError("seed=$seed", e)
                }
            }
        }
        assertThat(read).isPositive()
        assertThat(refused).isPositive()
    }

    @Test
    fun aCodecWithoutASchemaIsReadIfTheCallerSaysSo() {
        val codec = KotlinCodec.json(First.Event.serializer())
        assertThatExceptionOfType(SchemaException::class.java).isThrownBy { codec.decoderOf(Codecs.bytes().schema()) }
            .withMessageContaining("readingWithoutSchema()")
        assertThat(codec.readingWithoutSchema().decoderOf(Codecs.bytes().schema())).isNotNull()
    }

    private fun mutated(random: Random, bytes: ByteArray): ByteArray {
        val changed = bytes.clone()
        repeat(random.nextInt(3)) {
            changed[random.nextInt(changed.size)] = if (random.nextBoolean()) random.nextInt().toByte() else "{}[]\",:0anul"[random.nextInt(12)].code.toByte()
        }
        return if (random.nextInt(5) == 0) changed.copyOf(random.nextInt(changed.size)) else changed
    }

    private fun random(random: Random, depth: Int): Everything = Everything(
        random.nextBoolean(), random.nextInt().toByte(), random.nextInt().toShort(), random.nextInt(), random.nextLong(),
        random.nextInt().toUByte(), random.nextInt().toUShort(), random.nextInt().toUInt(), random.nextLong().toULong(),
        random.nextFloat(), random.nextGaussian(), 'a' + random.nextInt(26), listOf("", "a", "ä\"\\", "🐢")[random.nextInt(4)],
        Account("x"), if (random.nextBoolean()) null else Account("y"), List(random.nextInt(4)) { if (it == 1) null else random.nextInt() },
        setOf("a", "b"), mapOf("k" to List(random.nextInt(3)) { random.nextLong() }), mapOf(First.Level.HIGH to random.nextInt()),
        Box(random.nextInt()), Box("b"),
        if (random.nextBoolean()) First.Ordered("a", random.nextInt(), First.Level.HIGH) else First.Cancelled("a", "why"),
        Instant.ofEpochSecond(random.nextInt().toLong()), if (depth < 3 && random.nextBoolean()) random(random, depth + 1) else null,
    )

    private fun <T> encode(codec: KotlinCodec<T>, value: T): ByteArray =
        ByteArrayOutputStream().also { codec.encode(value, it) }.toByteArray()

    private fun text(schema: Schema): String = Charsets.UTF_8.decode(schema.descriptor()).toString()
}
