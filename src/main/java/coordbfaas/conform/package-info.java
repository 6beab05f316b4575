/**
 * Checks of the public API, run over HTTP against any server that has it. They read the wire with a client of their own, byte
 * by byte, and use nothing of what they judge.
 */
package coordbfaas.conform;
