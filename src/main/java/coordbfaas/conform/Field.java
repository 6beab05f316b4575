package coordbfaas.conform;

/** A header field or a trailer field, as written. */
record Field(String name, String value) {
  boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }
}
