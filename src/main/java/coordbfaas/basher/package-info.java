/**
 * The worker's server: runs one untrusted bash script, once, tells what it writes and how it ended, and ends itself.
 */
package coordbfaas.basher;
