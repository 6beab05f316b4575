package coordbfaas.http;

import static coordbfaas.http.Served.EVENTUALLY;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.http.HttpServer.Client;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server and those who come to it. */
abstract class ServerStory {
  @RegisterExtension
  final Served served = new Served();

  final LinkedBlockingQueue<Client> clients = new LinkedBlockingQueue<>();

  CompletionStage<HttpResponse> echo(HttpRequest request, Client client) {
    clients.add(client);
    return request.entity().toStrict(EVENTUALLY.toMillis(), served.system())
        .thenApply(entity -> HttpResponse.create().withEntity(entity));
  }

  /** The next client whose request reached the handler. */
  Client handled() throws InterruptedException {
    var client = clients.poll(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
    assertThat(client).as("a request that reached the handler").isNotNull();
    return client;
  }
}
