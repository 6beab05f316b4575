package coordbfaas.pool

import java.time.Duration

import coordbfaas.pool.PoolSupervisor.Reason
import coordbfaas.pool.ScriptedWire.Verb
import org.scalatest.wordspec.AnyWordSpec

import scala.jdk.CollectionConverters._
import scala.jdk.OptionConverters._

/** Two instances of one pool at a time: the machines are the later one's. */
class NewerInstanceSpec extends AnyWordSpec with CoordinatorsStory {

  private val cleanTime = Duration.ofSeconds(30)
  private val settings =
    APool.of(3).keepingWarm(2).leasingFor(Duration.ofMinutes(2)).cleaningEach(cleanTime).renewing(Duration.ofHours(1))

  "The earlier of two instances of a pool" should {
    "step back for good" in {
      val world = new World
      val earlier = world.starts("c1", settings)
      world.starts("c1", settings)
      world.passes(cleanTime)
      val calls = earlier.callsSoFar
      world.passes(Duration.ofMinutes(10))
      earlier.changesSince(calls) shouldBe empty
      earlier.hasEnded shouldBe false
    }

    "refuse requests from then on, those that wait and those that come" in {
      val world = new World
      val earlier = world.starts("c1", APool.of(1).cleaningEach(cleanTime).letting(64, Duration.ofMinutes(5)))
      earlier.serves()
      val waiting = earlier.asks()
      world.starts("c1", settings)
      world.passes(cleanTime)
      waiting.isRefused(Reason.REPLACED)
      val late = earlier.asks()
      late.isRefused(Reason.REPLACED)
    }

    "change nothing from the moment in which it knows" in {
      val world = new World
      val earlier = world.starts("c1", settings)
      Seq.fill(2)(earlier.serves())
      world.starts("c1", settings)
      world.each(Duration.ofMillis(250), cleanTime) {
        if (isRefusing(earlier)) {
          val calls = earlier.callsSoFar
          world.passes(Duration.ofMinutes(3))
          earlier.changesSince(calls) shouldBe empty
        }
      }
      isRefusing(earlier) shouldBe true
    }

    /** The machine itself is the later one's to stop: only the earlier one does not. */
    "let its grants end, and touch their machines no more" in {
      val world = new World
      val earlier = world.starts("c1", settings)
      val run = earlier.serves()
      world.withheld = call => call.verb == Verb.STOP && call.target == run.machine
      world.starts("c1", settings)
      world.passes(cleanTime)
      isRefusing(earlier) shouldBe true
      world.fly.bootOf(run.machine).get shouldBe run.grant.boot

      val calls = earlier.callsSoFar
      run.frees()
      world.passes(Duration.ofSeconds(10))
      earlier.changesSince(calls) shouldBe empty
    }

    "end when it is closed, with its grants freed, and destroy nothing" in {
      val world = new World
      val earlier = world.starts("c1", settings.destroyingOnExit())
      val run = earlier.serves()
      val later = world.starts("c1", settings)
      world.passes(cleanTime)
      val machines = world.machines
      run.frees()
      earlier.closes()
      world.works()
      earlier.hasEnded shouldBe true
      world.machines should contain allElementsOf machines
      later.servesAsManyAsItsSize()
    }

    "learn it from a call that is refused, before it looks" in {
      val world = new World
      val earlier = world.starts("c1", settings.cleaningEach(Duration.ofHours(1)))
      val run = earlier.serves()
      world.starts("c1", settings)
      isRefusing(earlier) shouldBe false
      run.frees()
      world.works()
      isRefusing(earlier) shouldBe true
    }

    "learn it from a machine that the later one made, when it lost none" in {
      val world = new World
      val earlier = world.starts("c1", settings.keepingWarm(0))
      world.passes(Duration.ofSeconds(1))
      world.starts("c1", settings)
      world.machines should not be empty
      world.passes(cleanTime)
      isRefusing(earlier) shouldBe true
    }
  }

  "The later of two instances of a pool" should {
    "have every machine of it, and never more than its size" in {
      val world = new World
      val earlier = world.starts("c1", settings)
      val runs = Seq.fill(3)(earlier.serves())
      val machines = world.machines
      val later = world.starts("c1", settings)
      world.each(Duration.ofMillis(250), cleanTime.multipliedBy(2))(world.machines.size should be <= 3)
      runs.foreach(_.frees())
      later.servesAsManyAsItsSize()
      world.machines shouldBe machines
    }

    "be left in peace: nothing is made or destroyed any more" in {
      val world = new World
      val earlier = world.starts("c1", settings)
      val later = world.starts("c1", settings)
      later.servesAsManyAsItsSize()
      world.passes(cleanTime)
      val machines = world.machines
      val calls = Seq(earlier, later).map(_.callsSoFar)
      world.each(Duration.ofSeconds(1), Duration.ofMinutes(10))(world.machines shouldBe machines)
      Seq(earlier, later).zip(calls).flatMap { case (coordinator, since) => coordinator.changesSince(since) }
        .map(_.verb).toSet should contain only Verb.REFRESH
    }

    "be of a later epoch though its clock is behind" in {
      val world = new World
      val ahead = world.startsApart("c1", settings, ahead = Duration.ofDays(1))
      world.passes(Duration.ofMinutes(2))
      val epoch = epochs(world).max
      epoch should be > world.now.plus(Duration.ofHours(23)).toEpochMilli

      val later = world.starts("c1", settings)
      world.passes(cleanTime)
      isRefusing(ahead) shouldBe true
      isRefusing(later) shouldBe false
      epochs(world).min should be > epoch
    }
  }

  private def isRefusing(coordinator: Coordinator): Boolean = {
    val request = coordinator.asks()
    val isRefused = request.answers match {
      case Seq(refused: PoolSupervisor.Refused) => refused.reason == Reason.REPLACED
      case _                                    => false
    }
    request.witness.dies()
    isRefused
  }

  private def epochs(world: World): Seq[Long] =
    world.fly.ids().asScala.toSeq
      .flatMap(world.fly.leaseOf(_).flatMap(_.description).flatMap(Instance.parse(_)).toScala).map(_.epoch)
}
