/**
 * What Fly answers and what becomes of its machines, as plain classes: no sockets, no threads, no clock.
 * Whoever carries it out tells the instant and the news.
 */
package coordbfaas.localfly.rules;
