/**
 * What happens in a coordinator, told as facts to whoever watches it: machines that change, runs that end, calls that are
 * answered. A leaf: coord, pool and machines tell, admin listens, and none of them knows the other for it.
 */
package coordbfaas.facts;
