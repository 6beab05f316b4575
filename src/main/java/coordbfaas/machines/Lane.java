package coordbfaas.machines;

/**
 * Where calls that share one rate wait for their turn.
 *
 * @param id the machine, or the app
 * @param rate the one that Fly documents for them
 */
record Lane(ApiAction.Counted counted, String id, Rate rate) {}
