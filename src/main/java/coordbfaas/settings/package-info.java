/**
 * Reading settings: Go's durations, sizes in bytes, and a reader that gathers every problem before it reports any.
 * A leaf: any package may use it, it uses none.
 */
package coordbfaas.settings;
