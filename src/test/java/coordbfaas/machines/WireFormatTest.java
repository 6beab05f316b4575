package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("On the wire of the Machines API,")
class WireFormatTest {
  private static ActorTestKit testKit;
  private static ObjectMapper json;

  @BeforeAll
  static void takesTheMapperOfAnActorSystem() {
    testKit = ActorTestKit.create("wire-format", ConfigFactory.defaultReference());
    json = JacksonObjectMapperProvider.get(testKit.system()).getOrCreate("coordbfaas", Optional.empty());
  }

  @AfterAll
  static void shutsDown() {
    testKit.shutdownTestKit();
  }

  @Nested
  @DisplayName("a machine")
  class AMachine {
    /** As Fly answers a create, with what we do not read. */
    private static final String CREATED = """
        {"id":"1857156b526dd8","name":"worker-p1-42","state":"created","region":"dfw",
         "instance_id":"01HEPA330HZ37A78TK080NAK1M","private_ip":"fdaa:0:1:a7b::2","nonce":"5c35f65c9f95",
         "created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","host_status":"ok",
         "image_ref":{"registry":"registry.example","repository":"w","tag":"1","digest":"sha256:00"},
         "config":{"image":"registry.example/w:1","metadata":{"pool_id":"p1","pool_claim":"x"},
           "init":{},"dns":{"skip_registration":true},
           "services":[{"protocol":"tcp","autostop":false}]},"checks":[],
         "events":[{"id":"01HE","type":"launch","status":"created","source":"user","timestamp":1767225600000}]}
        """;

    @Test
    void isReadFromWhatACreateAnswers() throws Exception {
      assertThat(machine(CREATED)).isEqualTo(new Machine(
          "1857156b526dd8", "worker-p1-42", MachineState.CREATED, "01HEPA330HZ37A78TK080NAK1M",
          Optional.of(new LeaseNonce("5c35f65c9f95")), HostStatus.OK,
          Optional.of(new Machine.Config("registry.example/w:1", Map.of("pool_id", "p1", "pool_claim", "x")))));
    }

    @Test
    void isReadWithoutANonce() throws Exception {
      assertThat(machine(CREATED.replace("\"nonce\":\"5c35f65c9f95\",", "")).nonce()).isEmpty();
      assertThat(machine(CREATED.replace("\"5c35f65c9f95\"", "null")).nonce()).isEmpty();
    }

    @Test
    void isReadWithoutAConfigWhenItsHostIsGone() throws Exception {
      var machine = machine("""
          {"id":"1","name":"worker-p1-0","state":"started","instance_id":"01H","host_status":"unreachable",
           "incomplete_config":{"image":"x"}}
          """);
      assertThat(machine.config()).isEmpty();
      assertThat(machine.hostStatus()).isEqualTo(HostStatus.UNREACHABLE);
      assertThat(machine("{\"id\":\"1\",\"name\":\"n\",\"state\":\"started\",\"instance_id\":\"01H\",\"config\":null}").config())
          .isEmpty();
    }

    @Test
    void hasNoMetadataWhenItsConfigTellsNone() throws Exception {
      assertThat(machine(CREATED.replaceFirst("\"metadata\":\\{[^}]*},", "")).config().orElseThrow().metadata()).isEmpty();
      assertThat(machine(CREATED.replaceFirst("\"metadata\":\\{[^}]*}", "\"metadata\":null")).config().orElseThrow().metadata())
          .isEmpty();
      assertThat(machine("{\"id\":\"1\",\"name\":\"n\",\"state\":\"started\",\"instance_id\":\"01H\",\"config\":{}}").config())
          .contains(new Machine.Config("", Map.of()));
    }

    @Test
    void isReadWithoutTheMetadataThatIsNoText() throws Exception {
      for (var value : List.of("null", "1", "true", "{}", "[\"x\"]")) {
        var config = machine(CREATED.replace("\"pool_claim\":\"x\"", "\"pool_claim\":" + value)).config().orElseThrow();
        assertThat(config.metadata()).isEqualTo(Map.of("pool_id", "p1"));
      }
    }

    @Test
    void isReadInAStateThatWeDoNotKnow() throws Exception {
      assertThat(machine(CREATED.replace("\"created\",\"region\"", "\"hibernating\",\"region\"")).state())
          .isEqualTo(MachineState.UNKNOWN);
      assertThat(machine(CREATED.replace("\"created\",\"region\"", "\"launch_failed\",\"region\"")).state())
          .isEqualTo(MachineState.LAUNCH_FAILED);
    }

    @Test
    void isOnAHostThatIsWellUnlessTold() throws Exception {
      assertThat(machine(CREATED.replace("\"host_status\":\"ok\",", "")).hostStatus()).isEqualTo(HostStatus.OK);
      assertThat(machine(CREATED.replace("\"host_status\":\"ok\"", "\"host_status\":null")).hostStatus())
          .isEqualTo(HostStatus.OK);
      assertThat(machine(CREATED.replace("\"host_status\":\"ok\"", "\"host_status\":\"sleepy\"")).hostStatus())
          .isEqualTo(HostStatus.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "name", "state", "instance_id"})
    void isNoneWithoutWhatEveryMachineHas(String field) {
      assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> machine(CREATED.replace("\"" + field + "\"", "\"x\"")))
          .withMessage(field + " missing (expected: a text)");
      for (var value : List.of("null", "1", "{}", "\"\""))
        assertThatExceptionOfType(UnreadableAnswer.class)
            .isThrownBy(() -> machine(CREATED.replaceFirst("\"" + field + "\":\"[^\"]*\"", "\"" + field + "\":" + value)))
            .withMessageMatching(field + "( missing|: empty) \\(expected: a text\\)");
    }

    @Test
    void doesNotPrintItsNonce() throws Exception {
      assertThat(machine(CREATED).toString()).doesNotContain("5c35f65c9f95");
    }

    private Machine machine(String text) {
      var answer = new OneMachine(json);
      answer.read(ByteString.fromString(text));
      return answer.end();
    }
  }

  @Nested
  @DisplayName("a lease")
  class ALease {
    private static final String LEASE = """
        {"nonce":"5c35f65c9f95","expires_at":1708569778,"owner":"someone@example.com","description":"pool p1",
         "version":"01HQ73A7BFFDF1B6WMGHFZZ4E7"}
        """;

    @Test
    void isReadWithTheEnvelopeAndWithout() throws Exception {
      for (var text : List.of("{\"status\":\"success\",\"data\":" + LEASE + "}", LEASE)) {
        assertThat(lease(text)).isEqualTo(new Lease(
            new LeaseNonce("5c35f65c9f95"), 1708569778, Optional.of("someone@example.com"), Optional.of("pool p1")));
        assertThat(lease(text).expiresAt()).isEqualTo(Instant.parse("2024-02-22T02:42:58Z"));
      }
    }

    @Test
    void isReadWithoutOwnerAndDescription() throws Exception {
      assertThat(lease("{\"nonce\":\"n\",\"expires_at\":1,\"description\":null}"))
          .isEqualTo(new Lease(new LeaseNonce("n"), 1, Optional.empty(), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"data\":null}", "{\"nonce\":\"\",\"expires_at\":1}", "{\"nonce\":\"s3cret\"}",
        "{\"nonce\":\"s3cret\",\"expires_at\":\"soon\"}", "{\"nonce\":\"s3cret\",\"expires_at\":1.5}",
        "{\"nonce\":\"s3cret\",\"expires_at\":1e99}", "{\"nonce\":\"s3cret s3cret\",\"expires_at\":1}",
        "{\"nonce\":\"s3cret\\r\\nx\",\"expires_at\":1}", "[]", "1"})
    void isNoneWithoutNonceAndEndAndDoesNotTellIt(String text) {
      assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> lease(text))
          .withMessageMatching("(nonce|expires_at).*").withMessageNotContaining("s3cret");
    }

    @Test
    void doesNotPrintItsNonce() throws Exception {
      assertThat(lease(LEASE).toString()).doesNotContain("5c35f65c9f95").contains("hidden");
    }

    private Lease lease(String text) throws JsonProcessingException {
      return Answers.lease(json.readTree(text));
    }
  }

  @Nested
  @DisplayName("a create")
  class ACreate {
    @Test
    void isWrittenAsFlyDocumentsIt() throws Exception {
      assertThat(json.readTree(json.writeValueAsString(create(Optional.of("dfw"))))).isEqualTo(json.readTree("""
          {"name":"worker-p1-42","region":"dfw","lease_ttl":1800,
           "config":{"image":"registry.example/w:1","guest":{"cpu_kind":"shared","cpus":1,"memory_mb":256},
            "env":{"K":"v"},"metadata":{"pool_id":"p1"},"restart":{"policy":"no"},"rootfs":{"persist":"never"},
            "stop_config":{"signal":"SIGTERM","timeout":"5s"},
            "services":[{"protocol":"tcp","internal_port":8001,"autostart":false,"autostop":"off",
              "ports":[{"port":80,"handlers":["http"]}]}]}}
          """));
    }

    @Test
    void leavesTheRegionToFlyWhenThereIsNone() throws Exception {
      assertThat(json.readTree(json.writeValueAsString(create(Optional.empty()))).has("region")).isFalse();
    }

    @Test
    void isReadFromWhatWeWrite() throws Exception {
      for (var region : List.of(Optional.of("dfw"), Optional.<String>empty()))
        assertThat(json.readValue(json.writeValueAsString(create(region)), CreateMachine.class)).isEqualTo(create(region));
    }

    private CreateMachine create(Optional<String> region) {
      return new CreateMachine("worker-p1-42", region, 1800, new CreateMachine.Config(
          "registry.example/w:1", new CreateMachine.Guest("shared", 1, 256), Map.of("K", "v"), Map.of("pool_id", "p1"),
          new CreateMachine.Restart("no"), new CreateMachine.Rootfs("never"), new CreateMachine.StopConfig("SIGTERM", "5s"),
          List.of(new CreateMachine.Service("tcp", 8001, false, "off", List.of(new CreateMachine.Port(80, List.of("http")))))));
    }
  }

  @Test
  void aNonceDoesNotPrintItself() {
    assertThat(new LeaseNonce("s3cret").toString()).doesNotContain("s3cret");
  }
}
