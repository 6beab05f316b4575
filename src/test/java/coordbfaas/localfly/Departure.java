package coordbfaas.localfly;

import java.util.List;

/** A place where Fly itself answers otherwise than its OpenAPI file says, or where the file is silent. */
sealed interface Departure {
  /** What is so. */
  String why();

  /** Who says so, in the words of docs/local-fly.md. */
  String source();

  /**
   * An answer that the file lacks, has without a body, or has with another.
   *
   * @param operations method and path below {@code /apps/{app_name}/machines}
   * @param schema of the body
   */
  record Body(List<String> operations, int status, String schema, String why, String source) implements Departure {}

  /** An error that any call may be answered with, an ErrorResponse like the errors that the file has. */
  record AnyError(int status, String why, String source) implements Departure {}

  /**
   * A field that the file lacks, or has of another type.
   *
   * @param schema the name of the component that it belongs to
   * @param type its schema
   */
  record Field(String schema, String field, String type, String why, String source) implements Departure {}

  /** Fields that the file leaves optional and that Fly always tells. */
  record Always(String schema, List<String> fields, String why, String source) implements Departure {}

  String OK = """
      {"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}""";
  String ENVELOPE = """
      {"type":"object","properties":{"status":{"type":"string","enum":["success"]},
       "data":{"$ref":"#/components/schemas/Lease"}},"required":["status","data"]}""";
  String STARTED_FROM = """
      {"type":"object","properties":{"previous_state":{"type":"string"},"migrated":{"type":"boolean"},
       "new_host":{"type":"string"}},"required":["previous_state"]}""";

  List<Departure> ALL = List.of(
      new Body(List.of("POST /{machine_id}/start"), 200, STARTED_FROM, "a start tells where it started from",
          "docs, _machines_start_resp"),
      new Body(List.of("POST /{machine_id}/stop", "POST /{machine_id}/suspend", "POST /{machine_id}/restart",
          "POST /{machine_id}/signal", "POST /{machine_id}/cordon", "POST /{machine_id}/uncordon", "DELETE /{machine_id}"),
          200, OK, "what has nothing else to tell says ok", "docs, machines-resource"),
      new Body(List.of("DELETE /{machine_id}/lease"), 200, OK, "a body that nobody tells of: ok, as of other calls", "a guess"),
      new Body(List.of("GET /{machine_id}/lease"), 200, ENVELOPE, "a lease comes in an envelope",
          "docs, machines-resource; fly-go; bfaas"),
      new Body(List.of("POST /{machine_id}/lease"), 201, ENVELOPE, "so does one that was acquired",
          "docs, machines-resource; fly-go; bfaas"),
      new Body(List.of("POST /{machine_id}/lease"), 200, ENVELOPE, "a refresh creates nothing", "docs, machines-resource"),
      new AnyError(400, "the file has it of some calls only", "docs, working-with-machines-api"),
      new AnyError(401, "no token, or one that is not good", "docs, working-with-machines-api"),
      new AnyError(403, "a token of another app or organisation; a quota", "distilled; Kilo#516"),
      new AnyError(404, "no such machine, app, lease or path", "docs, working-with-machines-api"),
      new AnyError(405, "the path is there, the method is not", "Go's own server"),
      new AnyError(408, "a wait that ran out, a body that did not come", "docs, machines-resource"),
      new AnyError(409, "a lease of another, a name in use, a stale version, no room", "docs, machines-resource; seazn; Kilo#412"),
      new AnyError(412, "the machine is not in a state for this", "bfaas; users' clients"),
      new AnyError(413, "the body is too large", "Go's own server"),
      new AnyError(422, "no candidate host, a configuration that does not fit", "fly-go's tests"),
      new AnyError(429, "more calls than the rate", "docs, working-with-machines-api"),
      new AnyError(500, "Fly has trouble", "docs, working-with-machines-api"),
      new AnyError(502, "Fly's proxy has trouble", "fly-go, which tries again"),
      new AnyError(503, "Fly is not there for now", "fly-go, which tries again"),
      new AnyError(504, "Fly's proxy waited in vain", "docs, working-with-machines-api"),
      new Field("fly.MachineService", "autostop", """
          {"oneOf":[{"type":"boolean"},{"type":"string","enum":["suspend"]}]}""",
          "answers turn off into false and stop into true", "the file's own description; docs, machines-resource"),
      new Always("ErrorResponse", List.of("error"), "an error says what it is", "docs, working-with-machines-api"),
      new Always("Machine", List.of("id", "name", "state", "region", "instance_id", "private_ip", "created_at", "updated_at",
          "image_ref"), "every example has them, summaries too", "docs, _machines_create_resp"),
      new Always("Lease", List.of("nonce", "expires_at", "owner", "version"), "every example has them", "docs, machines-resource"),
      new Always("WaitMachineResponse", List.of("ok"), "every example has it", "docs, machines-resource"),
      new Always("metadataValueResponse", List.of("value"), "without it the key is not there", "fly-go"));
}
