package coordbfaas.program;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An nginx that passes requests to some coordinators in turn, and their answers on as they come. It has no way to know whether
 * a request may be sent twice, so it does what it does by itself: a POST goes to the next one only if the connection to the
 * first could not be made.
 */
final class RoundRobin implements AutoCloseable {
  /** One process, whose end is the end of all of it; each coordinator gets its turn, however often it was not there. */
  private static final String CONFIGURATION = """
      daemon off;
      master_process off;
      pid nginx.pid;
      error_log stderr notice;
      events { worker_connections 256; }
      http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        upstream coordinators {
          %s
        }
        server {
          listen 127.0.0.1:%d;
          location / {
            proxy_pass http://coordinators;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_buffering off;
          }
        }
      }
      """;

  /** Said when it listens. */
  private static final Pattern SERVES = Pattern.compile("notice\\] .*nginx/\\d");

  private final DebianProgram nginx;
  private final int port;

  private RoundRobin(DebianProgram nginx, int port) {
    this.nginx = nginx;
    this.port = port;
  }

  /** Starts one; where nginx is not installed the test is skipped. */
  static RoundRobin start(int port, List<Integer> coordinators, Path folder) throws IOException {
    var servers = coordinators.stream().map(server -> "server 127.0.0.1:" + server + " max_fails=0;")
        .collect(Collectors.joining(" "));
    Files.writeString(folder.resolve("nginx.conf"), CONFIGURATION.formatted(servers, port));
    var nginx = DebianProgram.start("nginx", folder, "-e", "stderr", "-p", folder.toString(), "-c", "nginx.conf");
    nginx.says(SERVES);
    return new RoundRobin(nginx, port);
  }

  InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", port);
  }

  /** How often a coordinator was not there. */
  long refused() {
    return nginx.said().lines().filter(line -> line.contains("while connecting to upstream")).count();
  }

  /** What it says of answers that had begun and were cut, a line each. */
  List<String> cut() {
    return nginx.said().lines().filter(line -> line.contains("while reading upstream")).toList();
  }

  @Override
  public void close() {
    nginx.close();
  }
}
