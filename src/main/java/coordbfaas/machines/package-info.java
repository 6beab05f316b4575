/**
 * A client of the Fly Machines API: its calls, its records named as in Fly's documents, its failures as values. It keeps Fly's
 * rates and outlasts its bad days: {@code MachinesClient} makes the calls, {@code NextStep} decides about them.
 * Knows nothing of pools.
 */
package coordbfaas.machines;
