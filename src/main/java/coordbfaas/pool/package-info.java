/**
 * Which worker machines we have and who holds them: a supervisor with a queue of waiting requests, and a state machine for
 * each machine. Decisions are pure; the actors carry them out.
 */
package coordbfaas.pool;
