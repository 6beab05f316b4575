package coordbfaas;

import com.typesafe.config.ConfigFactory;
import coordbfaas.basher.Basher;
import coordbfaas.basher.BasherSettings;
import coordbfaas.cli.GenAuth;
import coordbfaas.cli.GenKey;
import coordbfaas.settings.InvalidSettings;
import coordbfaas.settings.SettingsReader;
import java.io.IOException;
import java.util.List;
import org.apache.pekko.actor.typed.ActorSystem;

/** {@code bin/bfaas}: picks the program that the first argument names. */
public final class Main {
  private static final int USAGE_EXIT_CODE = 64;

  private Main() {}

  public static void main(String[] arguments) {
    try {
      run(List.of(arguments));
    } catch (InvalidSettings invalid) {
      invalid.problems().forEach(System.err::println);
      System.exit(InvalidSettings.EXIT_CODE);
    } catch (IllegalArgumentException misused) {
      System.err.println(misused.getMessage());
      System.exit(USAGE_EXIT_CODE);
    } catch (IOException failure) {
      System.err.println(failure);
      System.exit(1);
    }
  }

  private static void run(List<String> arguments) throws IOException {
    var config = ConfigFactory.load();
    var rest = arguments.subList(Math.min(1, arguments.size()), arguments.size());
    switch (arguments.isEmpty() ? "" : arguments.getFirst()) {
      case "basher" -> {
        var settings = BasherSettings.from(new SettingsReader(config));
        var system = ActorSystem.create(org.apache.pekko.actor.typed.javadsl.Behaviors.<Basher.Command>setup(c -> Basher.create(settings, c.getSystem().ignoreRef())), "basher", config);
        system.getWhenTerminated().toCompletableFuture().join();
        System.exit(0);
      }
      case "genkey" -> GenKey.run(System.out);
      case "genauth" -> GenAuth.run(config, rest, System.out);
      default -> throw new IllegalArgumentException("");
    }
  }
}
