/**
 * Serving and calling HTTP as this program needs it: a server that notices a client leaving, a client that never shares a
 * connection between requests, errors as problem+json, and the rules that keep web pages out.
 * A leaf: coord, admin, basher, localfly, machines and pool build on it.
 */
package coordbfaas.http;
