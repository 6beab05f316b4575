/**
 * What client, coord and basher say to each other: the request for a run, the events of its answer, and how both are
 * written and read; and the URL under which a server is asked. Pure; knows HTTP's media types but no server.
 */
package coordbfaas.wire;
