package coordbfaas.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import java.util.HashMap;
import java.util.Map;

/** The settings as a program finds them that is started with a given environment. */
public final class Environment {
  private Environment() {}

  /**
   * {@code application.conf}, its overrides taken from {@code variables} alone, over the libraries' defaults. This process's
   * own environment has no part in it.
   */
  public static Config config(Map<String, String> variables) {
    return config(ConfigFactory.parseResources("application.conf"), variables);
  }

  // The variables stand below everything else while references are looked up: resolveWith would look nowhere but in them, and
  // the libraries' defaults refer to each other. They do not stay, as there are secrets among them.
  static Config config(Config application, Map<String, String> variables) {
    var ours = application.withFallback(ConfigFactory.defaultReferenceUnresolved());
    var others = new HashMap<>(variables);
    others.keySet().removeAll(ours.root().keySet());
    var config = ours.withFallback(ConfigValueFactory.fromMap(others, "environment"))
        .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false));
    for (var name : others.keySet()) config = config.withoutPath(ConfigUtil.joinPath(name));
    return config;
  }
}
