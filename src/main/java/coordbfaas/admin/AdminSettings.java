package coordbfaas.admin;

import coordbfaas.settings.SettingsReader;

/**
 * Where the admin port is.
 *
 * @param bind the address to listen on
 * @param port 0 for one that the kernel picks
 */
public record AdminSettings(String bind, int port) {
  /** Reads them; what is wrong with them is noted in the reader. */
  public static AdminSettings from(SettingsReader reader) {
    return new AdminSettings(
        reader.text("admin.bind", "ADMIN_BIND", "an address"), reader.integer("admin.port", "ADMIN_PORT", 0, 65535));
  }
}
