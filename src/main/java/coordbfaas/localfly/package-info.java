/**
 * Fly on localhost: the Machines API and flycast over real HTTP on loopback ports, its machines real bashers.
 * What the API says to whom is decided by plain classes ({@link coordbfaas.localfly.rules.FlyRules}); actors carry it out.
 */
package coordbfaas.localfly;
