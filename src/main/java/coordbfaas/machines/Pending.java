package coordbfaas.machines;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A call in the hands of the {@link MachinesClient}, until its answer is given. Changed by the client alone. */
final class Pending<T> implements Pacer.Turn {
  private final Call<T> call;
  private final CompletableFuture<T> answer;
  private final long number;
  Course course;
  boolean probe;
  Optional<CompletableFuture<WireAnswer<T>>> attempt = Optional.empty();
  Optional<String> requestId = Optional.empty();

  Pending(Call<T> call, CompletableFuture<T> answer, long number, Course course) {
    this.call = call;
    this.answer = answer;
    this.number = number;
    this.course = course;
  }

  Call<T> call() {
    return call;
  }

  CompletableFuture<T> answer() {
    return answer;
  }

  @Override
  public boolean urgent() {
    return call.action().urgent();
  }

  @Override
  public long number() {
    return number;
  }

  @Override
  public Instant lastTurn() {
    return course.lastTurn();
  }
}
