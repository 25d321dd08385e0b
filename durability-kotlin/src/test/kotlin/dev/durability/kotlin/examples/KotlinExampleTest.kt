package dev.durability.kotlin.examples

import dev.durability.kotlin.KotlinCodec
import dev.durability.storage.MemoryDirectory
import dev.durability.wal.WalOptions
import dev.durability.wal.WalReader
import dev.durability.wal.WalWriter
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.JsonNames
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** Two versions of a program, and one log. */
class KotlinExampleTest {
    object First {
        // begin:kotlin-first
        @Serializable
        sealed interface Event

        @Serializable
        @SerialName("Ordered")
        data class Ordered(val item: String, val count: Int) : Event

        @Serializable
        @SerialName("Cancelled")
        data class Cancelled(val item: String) : Event
        // end:kotlin-first
    }

    @OptIn(ExperimentalSerializationApi::class)
    object Second {
        // begin:kotlin-second
        @Serializable
        sealed interface Event

        @Serializable
        @SerialName("Ordered")
        data class Ordered(
            @JsonNames("item") val article: String,
            val count: Long,
            val gift: Boolean = false,
        ) : Event

        @Serializable
        @SerialName("Cancelled")
        data class Cancelled(@JsonNames("item") val article: String) : Event
        // end:kotlin-second
    }

    @Test
    fun aLaterVersionReadsWhatAnEarlierOneWrote() {
        val directory = MemoryDirectory()
        // begin:kotlin-log
        val codec = KotlinCodec.json(First.Event.serializer())
        WalWriter.open(directory, codec, WalOptions.defaults()).use { log ->
            log.appendDurable(First.Ordered("book", 2))
            log.appendDurable(First.Cancelled("book"))
        }
        // end:kotlin-log

        assertThat(WalReader.of(directory, KotlinCodec.json(Second.Event.serializer())).readAll().map { it.entry() })
            .containsExactly(Second.Ordered("book", 2), Second.Cancelled("book"))
    }
}
