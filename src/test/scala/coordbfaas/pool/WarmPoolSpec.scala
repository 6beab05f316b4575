package coordbfaas.pool

import coordbfaas.facts.Observer
import java.time.Duration
import java.util.SplittableRandom

import coordbfaas.pool.PoolSupervisor.{AllocateReply, Granted, Reason, Refused}
import coordbfaas.story.StoryTime
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit
import org.scalatest.BeforeAndAfterAll
import org.scalatest.matchers.should.Matchers
import org.scalatest.wordspec.AnyWordSpec

import scala.jdk.CollectionConverters._

/** What a warm pool is good for: a request finds a machine that has booted and that nobody has used since. */
class WarmPoolSpec extends AnyWordSpec with Matchers with BeforeAndAfterAll {

  private lazy val system: ActorTestKit = StoryTime.aSystem()

  override def afterAll(): Unit = system.shutdownTestKit()

  /** A pool that keeps so many machines warm, over a Fly that does what it is asked when it is let. */
  private class WarmPool(size: Int, warm: Int) {
    private val wire = new ScriptedWire
    val fly = new SmallFly(wire)
    private val time = StoryTime.of(system)
    private val surroundings = new PoolSupervisor.Surroundings(
      wire, wire, PlainClaims.OURS, new PoolClocks(time, () => time.steady()), new SplittableRandom(1), Observer.NONE)
    private val settings = APool.of(size).keepingWarm(warm).settings()
    private val pool = system.spawn(PoolSupervisor.create(settings, surroundings))
    flyWorks()

    def flyWorks(): Unit = fly.answersAll()

    def requestComes(): Request = {
      val request = new Request
      pool.tell(new PoolSupervisor.Allocate("run", APool.REQUEST_TIME, request.witness.ref, request.witness.ref))
      request
    }

    /** Requests come, and take every machine. */
    def isBusy(): Seq[Grant] = Seq.fill(size) {
      val request = requestComes()
      flyWorks()
      request.grant
    }

    def isGivenBack(grant: Grant): Unit = pool.tell(new PoolSupervisor.Free(grant))
  }

  private class Request {
    val witness = new Witness[AllocateReply](system)

    def answers: Seq[AllocateReply] = witness.news().asScala.toSeq

    lazy val grant: Grant = answers match {
      case Seq(granted: Granted) => granted.grant
      case others                => fail(s"not granted, but told $others")
    }

    def dies(): Unit = witness.dies()
  }

  private def timePasses(duration: Duration): Unit = StoryTime.of(system).passes(duration)

  "A warm pool" should {
    "grant a machine in the moment in which a request comes" in {
      val pool = new WarmPool(size = 2, warm = 1)
      val grant = pool.requestComes().grant
      pool.fly.bootOf(grant.machine).get shouldBe grant.boot
    }

    "warm the next machine while the first one is in use" in {
      val pool = new WarmPool(size = 2, warm = 1)
      val first = pool.requestComes().grant
      pool.flyWorks()
      pool.requestComes().grant.machine should not be first.machine
    }

    "boot a machine again before the next request gets it" in {
      val pool = new WarmPool(size = 1, warm = 1)
      val first = pool.requestComes().grant
      pool.isGivenBack(first)

      val next = pool.requestComes()
      next.answers shouldBe empty
      pool.flyWorks()
      next.grant.machine shouldBe first.machine
      next.grant.boot should not be first.boot
    }

    "serve those who wait in the order in which they came" in {
      val pool = new WarmPool(size = 2, warm = 2)
      val taken = pool.isBusy()
      val waiting = Seq.fill(2)(pool.requestComes())

      pool.isGivenBack(taken(1))
      pool.flyWorks()
      waiting.head.grant.machine shouldBe taken(1).machine
      waiting(1).answers shouldBe empty

      pool.isGivenBack(taken.head)
      pool.flyWorks()
      waiting(1).grant.machine shouldBe taken.head.machine
    }

    "say no in time to one for whom there is no machine" in {
      val pool = new WarmPool(size = 1, warm = 1)
      pool.isBusy()
      val waiting = pool.requestComes()
      timePasses(Duration.ofSeconds(5).minusMillis(1))
      waiting.answers shouldBe empty
      timePasses(Duration.ofMillis(1))
      waiting.answers should matchPattern { case Seq(refused: Refused) if refused.reason == Reason.QUEUE_TIME_OVER => }
    }

    "take a machine back from a request that dies" in {
      val pool = new WarmPool(size = 1, warm = 1)
      val request = pool.requestComes()
      val first = request.grant
      request.dies()
      pool.flyWorks()
      pool.requestComes().grant.boot should not be first.boot
    }

    "replace its machines when their leases end, and never have more than its size" in {
      val pool = new WarmPool(size = 2, warm = 2)
      timePasses(Duration.ofMinutes(5))
      pool.fly.machines shouldBe 2
      pool.flyWorks()
      pool.fly.running shouldBe 2
      pool.fly.machines shouldBe 2
    }
  }
}
