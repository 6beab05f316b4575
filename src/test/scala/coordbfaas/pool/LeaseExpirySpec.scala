package coordbfaas.pool

import java.time.Duration

import coordbfaas.pool.PoolSupervisor.{Granted, Refused}
import coordbfaas.pool.ScriptedWire.Verb
import org.scalatest.wordspec.AnyWordSpec

/** Until when a machine is ours, and what becomes of it then. */
class LeaseExpirySpec extends AnyWordSpec with CoordinatorsStory {

  private val ttl = Duration.ofMinutes(5)
  private val renewing = APool.of(1).keepingWarm(1).leasingFor(ttl).renewing(Duration.ofHours(1))

  "A pool that renews its leases" should {
    "keep a machine for many times its lease" in {
      val world = new World
      val coordinator = world.starts("c1", renewing)
      val machine = world.fly.ids().get(0)
      world.each(Duration.ofSeconds(1), ttl.multipliedBy(10)) {
        world.fly.ids() should contain only machine
        world.fly.leaseOf(machine) should be (Symbol("present"))
      }
      coordinator.serves().machine shouldBe machine
    }

    "replace it when it is old" in {
      val world = new World
      val coordinator = world.starts("c1", renewing)
      val machine = world.fly.ids().get(0)
      world.each(Duration.ofSeconds(1), Duration.ofHours(1))(world.machines.size should be <= 1)
      world.machines should not contain machine
      coordinator.serves()
    }

    "let a run end whose machine grew old meanwhile" in {
      val world = new World
      val coordinator = world.starts("c1", renewing)
      world.each(Duration.ofSeconds(1), Duration.ofMinutes(52))(())
      val runs = Iterator.continually {
        val run = coordinator.serves()
        val before = world.machines
        world.passes(Duration.ofSeconds(8))
        val kept = world.machines == before
        run.frees()
        world.passes(Duration.ofSeconds(2))
        (kept, world.machines == before)
      }
      val untilItsEnd = runs.take(60).takeWhile { case (kept, afterwards) =>
        withClue("in mid-run: ")(kept shouldBe true)
        afterwards
      }
      untilItsEnd.size should be < 60
    }

    /** Fly is out of order for longer than the lease: nobody knows whose the machine is by then. */
    "let a machine go untouched when its lease could not be renewed, and take it back when it can" in {
      val world = new World
      val coordinator = world.starts("c1", renewing)
      val machine = world.fly.ids().get(0)
      world.passes(Duration.ofMinutes(2))
      val calls = coordinator.callsSoFar
      world.refused = Set(Verb.REFRESH, Verb.ACQUIRE)
      world.passes(ttl.minusMinutes(2).minusSeconds(1))
      world.fly.leaseOf(machine) should be (Symbol("present"))
      world.passes(Duration.ofMinutes(2))
      coordinator.changesSince(calls).map(_.verb).toSet should contain only (Verb.REFRESH, Verb.ACQUIRE)

      world.refused = Set.empty
      world.passes(Duration.ofSeconds(20))
      world.fly.leaseOf(machine) should be (Symbol("present"))
      coordinator.serves().machine shouldBe machine
    }

    "grant nothing whose lease may end before the request does" in {
      val world = new World
      val coordinator = world.starts("c1", renewing)
      world.refused = Set(Verb.REFRESH)
      world.passes(ttl.minus(APool.RESERVE).plusSeconds(1))
      val waiting = coordinator.asks()
      world.works()
      waiting.answers shouldBe empty

      world.refused = Set.empty
      world.passes(Duration.ofSeconds(5))
      waiting.grant
    }
  }

  "A pool that does not renew its leases" should {
    val settings = APool.of(2).keepingWarm(2).leasingFor(Duration.ofSeconds(40))

    "turn its machines over, and fail no request because of it" in {
      val world = new World
      val coordinator = world.starts("c1", settings)
      var machines = Set.empty[String]
      world.each(Duration.ofMillis(500), Duration.ofMinutes(5)) {
        val run = coordinator.serves()
        machines += run.machine
        run.frees()
        world.machines.size should be <= 2
      }
      machines.size should be >= 14
    }

    "never hold a machine beyond the lease that it was born with" in {
      val world = new World
      val coordinator = world.starts("c1", settings)
      world.passes(Duration.ofMinutes(5))
      coordinator.wire.count(Verb.REFRESH) shouldBe 0
      coordinator.wire.count(Verb.ACQUIRE) shouldBe 0
      coordinator.wire.count(Verb.DESTROY) should be >= 14L
    }

    "grant no machine to a request that outlasts its lease" in {
      val world = new World
      val coordinator = world.starts("c1", settings)
      world.each(Duration.ofMillis(250), Duration.ofMinutes(2)) {
        val request = coordinator.asks()
        request.answers.foreach {
          case granted: Granted =>
            val lease = world.fly.leaseOf(granted.grant.machine).get
            Duration.between(coordinator.clock.instant(), lease.expiresAt) should be >= APool.RESERVE.minusSeconds(1)
            request.witness.dies()
          case refused: Refused => fail(s"refused: ${refused.reason}")
        }
      }
    }
  }

  "A coordinator that stood still for longer than its leases" should {
    "drop its machines without touching them when somebody else holds them" in {
      val world = new World
      val coordinator = world.startsApart("c1", renewing)
      val calls = coordinator.callsSoFar
      coordinator.standsStillFor(ttl.plusSeconds(1))(world.fly.givesTheLeaseToAnother(world.fly.ids().get(0)))
      world.passes(Duration.ofMinutes(10))
      coordinator.changesSince(calls) shouldBe empty
      world.fly.running shouldBe 1
    }

    "grant none of them in the moment in which it goes on" in {
      val world = new World
      val coordinator = world.startsApart("c1", renewing)
      val calls = coordinator.callsSoFar
      coordinator.standsStillFor(ttl.plusSeconds(1))(())
      val request = coordinator.asks()
      request.answers shouldBe empty
      coordinator.changesSince(calls) shouldBe empty
      world.passes(Duration.ofSeconds(3))
      request.grant
    }

    "grant none of them before it even knows that it stood still" in {
      val world = new World
      val coordinator = world.startsApart("c1", renewing)
      val calls = coordinator.callsSoFar
      coordinator.clock.clockIsSet(ttl)
      coordinator.asks().answers shouldBe empty
      coordinator.changesSince(calls) shouldBe empty
    }

    "make new ones in the place of those that another coordinator destroyed" in {
      val world = new World
      val coordinator = world.startsApart("c1", renewing)
      val machine = world.fly.ids().get(0)
      world.starts("c2", APool.of(1))
      coordinator.standsStillFor(ttl.plusMinutes(2))(world.machines shouldBe empty)
      world.passes(Duration.ofSeconds(10))
      coordinator.serves().machine should not be machine
    }

    "let a run that was going on end, and touch its machine no more" in {
      val world = new World
      val coordinator = world.startsApart("c1", renewing)
      val run = coordinator.serves()
      val calls = coordinator.callsSoFar
      coordinator.standsStillFor(ttl.plusSeconds(1))(world.fly.givesTheLeaseToAnother(run.machine))
      run.frees()
      world.passes(Duration.ofMinutes(1))
      coordinator.changesSince(calls) shouldBe empty
      world.fly.bootOf(run.machine).get shouldBe run.grant.boot
    }
  }
}
