/**
 * A client of the Fly Machines API: its calls, its records named as in Fly's documents, its failures as values.
 * Knows nothing of pools.
 */
package coordbfaas.machines;
