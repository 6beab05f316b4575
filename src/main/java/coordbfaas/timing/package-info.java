/** How Pekko's timers keep time; knows nothing of ours. */
package coordbfaas.timing;
