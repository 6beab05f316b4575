/**
 * The public server: requests in, one fresh worker machine for each, answers out.
 */
package coordbfaas.coord;
