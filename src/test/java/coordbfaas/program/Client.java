package coordbfaas.program;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;

/** A client of a coordinator, with connections that it keeps. */
public final class Client {
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String base;

  public Client(InetSocketAddress coordinator) {
    this.base = "http://127.0.0.1:" + coordinator.getPort();
  }

  /** Sends a script; returns when the answer begins. */
  public Answer run(String script) {
    return post("/run", script);
  }

  /** Sends a script to a path with a query; returns when the answer begins. */
  public Answer post(String target, String script) {
    return send(request(target).POST(HttpRequest.BodyPublishers.ofString(script)));
  }

  /** Sends a JSON request; returns when the answer begins. */
  public Answer json(String document) {
    return send(request("/run").header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(document)));
  }

  /** Sends a script without waiting for the answer to begin. */
  public CompletableFuture<Answer> runLater(String script) {
    return sendLater(request("/run").POST(HttpRequest.BodyPublishers.ofString(script)));
  }

  /** Sends a request without waiting for the answer to begin. */
  public CompletableFuture<Answer> sendLater(HttpRequest.Builder request) {
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream()).thenApply(Answer::new);
  }

  public HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create(base + target));
  }

  public Answer send(HttpRequest.Builder request) {
    try {
      return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.<InputStream>ofInputStream()));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }
}
