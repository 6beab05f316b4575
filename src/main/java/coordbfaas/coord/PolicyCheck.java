package coordbfaas.coord;

import coordbfaas.machines.MachinesSettings;
import coordbfaas.machines.NetworkPolicies;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Looks once, at a coordinator's start, whether the workers' app has a network policy, says so if it has none, and stops. What
 * the coordinator does does not depend on it: policies are the operator's, who may have other walls.
 */
final class PolicyCheck {
  private PolicyCheck() {}

  static Behavior<NetworkPolicies.Seen> create(MachinesSettings machines) {
    return Behaviors.setup(context -> {
      context.setLoggerName(PolicyCheck.class);
      context.pipeToSelf(NetworkPolicies.of(context.getSystem(), machines), (seen, never) -> seen);
      return Behaviors.receiveMessage(seen -> {
        switch (seen) {
          case NetworkPolicies.Some some -> context.getLog().debug("network policy app={} seen", machines.app());
          case NetworkPolicies.None none -> context.getLog().warn(
              "NO NETWORK POLICY app={}: scripts reach every port of the workers' private network and of the internet"
                  + " (deploy/setup.sh sets a policy; machines obey it after their next start)", machines.app());
          case NetworkPolicies.Unknown(var why) -> context.getLog().warn(
              "network policy app={} could not be looked up: {} (expected: one; see docs/security.md)", machines.app(), why);
        }
        return Behaviors.stopped();
      });
    });
  }
}
