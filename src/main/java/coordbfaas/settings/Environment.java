package coordbfaas.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValueFactory;
import java.util.HashMap;
import java.util.Map;

/** The settings as a program finds them that is started with a given environment. */
public final class Environment {
  private Environment() {}

  /**
   * The program's own part of {@code application.conf}, its overrides taken from {@code variables} alone. This process's
   * own environment has no part in it.
   */
  public static Config config(Map<String, String> variables) {
    return config(Parsed.APPLICATION, variables);
  }

  /** Parsed once, when it is first wanted. */
  private static final class Parsed {
    private static final Config APPLICATION = ConfigFactory.parseResources("application.conf");
  }

  // The variables stand below the settings while references are looked up, and do not stay: there are secrets among them.
  static Config config(Config application, Map<String, String> variables) {
    var ours = application.withOnlyPath("coordbfaas");
    var others = new HashMap<>(variables);
    others.remove("coordbfaas");
    return ours.withFallback(ConfigValueFactory.fromMap(others, "environment"))
        .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false))
        .withOnlyPath("coordbfaas");
  }
}
