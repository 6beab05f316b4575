package coordbfaas.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import java.util.Map;

/** The settings as a program finds them that is started with a given environment. */
public final class Environment {
  private Environment() {}

  /**
   * {@code application.conf}, its overrides taken from {@code variables} alone, over the libraries' defaults. This process's
   * own environment has no part in it.
   */
  public static Config config(Map<String, String> variables) {
    return ConfigFactory.parseResources("application.conf")
        .withFallback(ConfigFactory.defaultReferenceUnresolved())
        .resolveWith(variables.isEmpty() ? ConfigFactory.empty() : values(variables),
            ConfigResolveOptions.defaults().setUseSystemEnvironment(false).setAllowUnresolved(false));
  }

  /** Variables as values of the root, whatever their names hold. */
  private static Config values(Map<String, String> variables) {
    return com.typesafe.config.ConfigValueFactory.fromMap(variables, "environment").toConfig();
  }
}
