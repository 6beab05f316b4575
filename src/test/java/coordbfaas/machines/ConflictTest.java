package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What stands against a call")
class ConflictTest {
  /** The texts are those that Fly's documents and the users of Fly tell. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "409 | | machine ID 1857156b526dd8 lease currently held by a@example.com, expires at 2026-01-01T00:00:00Z | LEASE_HELD",
      "409 | | failed_precondition: lease nonce does not match | LEASE_HELD",
      "409 | | aborted: missing nonce | LEASE_HELD",
      "409 | | already_exists: unique machine name violation, machine ID 185 already exists with name \"w\" | NAME_TAKEN",
      "409 | | already_exists: machine ID 185 already exists with name \"lease\" | NAME_TAKEN",
      "409 | | aborted: insufficient resources available to fulfill request: no capacity | NO_CAPACITY",
      "409 | | aborted: no capacity | NO_CAPACITY",
      "409 | | aborted: could not reserve resource for machine: insufficient memory available | NO_CAPACITY",
      "409 | | aborted: machine still attempting to start | START_IN_PROGRESS",
      "409 | | aborted: machine update failed due to concurrent update | UPDATE_IN_PROGRESS",
      "409 | | current_version mismatch | VERSION_STALE",
      "409 | | machine version is not 01HEPA330HZ37A78TK080NAK1M | VERSION_STALE",
      "409 | | aborted: please try again | UNKNOWN",
      "409 | | '' | UNKNOWN",
      "422 | insufficient_capacity | could not find a candidate host | NO_CAPACITY",
      "422 | insufficient_capacity | '' | NO_CAPACITY",
      "422 | | could not find a candidate host | NO_CAPACITY",
      "412 | volume_placement_capacity | '' | NO_CAPACITY",
      "403 | | organization acme is using 5120 MB of memory in region dfw, over its quota | QUOTA",
      "403 | | your organization has reached its machine limit | QUOTA"})
  void isReadFromItsText(int status, String code, String text, Conflict conflict) {
    assertThat(Conflict.of(status, code == null ? "" : code, text)).contains(conflict);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "400 | invalid_argument: lease | ''", "401 | Authenticate: token validation error | ''", "403 | unauthorized | ''",
      "404 | machine not found | ''", "412 | failed_precondition: machine still active, refusing to start | ''",
      "422 | invalid config | ''", "422 | app name taken | name_taken", "500 | no capacity | ''"})
  void isNothingMoreThanTheStatusSays(int status, String text, String code) {
    assertThat(Conflict.of(status, code, text)).isEmpty();
  }

  @Test
  void namesTheMachineThatHasTheName() {
    var taken = new MachinesFailure.Rejected(409, "already_exists: unique machine name violation, "
        + "machine ID 1857156b526dd8 already exists with name \"worker-p1-42\"");
    assertThat(taken.nameTakenBy()).contains("1857156b526dd8");
    assertThat(new MachinesFailure.Rejected(409, "already_exists: unique machine name violation").nameTakenBy()).isEmpty();
    assertThat(new MachinesFailure.Rejected(409, "machine ID 185 lease currently held by x").nameTakenBy()).isEmpty();
  }

  @Test
  void isTheLeaseOfAnotherForA409Alone() {
    assertThat(new MachinesFailure.Rejected(409, "machine ID 185 lease currently held by x").leaseHeldByAnother()).isTrue();
    assertThat(new MachinesFailure.Rejected(400, "machine ID 185 lease currently held by x").leaseHeldByAnother()).isFalse();
    assertThat(new MachinesFailure.Rejected(409, "aborted: no capacity").leaseHeldByAnother()).isFalse();
  }
}
