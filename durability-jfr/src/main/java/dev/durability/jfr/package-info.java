/**
 * Events of the JDK Flight Recorder. {@link dev.durability.jfr.JfrObserver} emits them; nothing is
 * written unless a recording asks for it.
 */
package dev.durability.jfr;
