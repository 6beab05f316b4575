package coordbfaas.pool

import java.time.Duration

import coordbfaas.machines.MachineState
import coordbfaas.pool.ScriptedWire.Verb
import org.scalatest.wordspec.AnyWordSpec

import scala.jdk.CollectionConverters._

/** What a script that became root in its worker can do to machines: rewrite what they say of themselves, and lie. */
class HostileWorkerSpec extends AnyWordSpec with CoordinatorsStory {

  private val cleanTime = Duration.ofSeconds(30)
  private val settings =
    APool.of(2).keepingWarm(2).leasingFor(Duration.ofMinutes(2)).cleaningEach(cleanTime).renewing(Duration.ofHours(1))

  private val nothing = java.util.Map.of[String, String]()
  private val nonsense = java.util.Map.of("pool_id", "c1//registry.example/w:1", "pool_claim", "mine!")

  "A worker that rewrites its own metadata and that of another pool's machine" should {
    "have both destroyed by their owners, its own after its run" in {
      val world = new World
      val c1 = world.starts("c1", settings)
      val c2 = world.starts("c2", settings)
      val hostile = c1.serves()
      val victim = world.machines.find(world.isOf("c2")).get
      world.fly.writes(hostile.machine, nonsense)
      world.fly.writes(victim, nonsense)

      world.passes(Duration.ofSeconds(9))
      hostile.frees()
      world.passes(cleanTime)
      world.machines should contain noneOf (hostile.machine, victim)
      c1.wire.calls().asScala.filter(_.verb == Verb.DESTROY).map(_.target) shouldBe Seq(hostile.machine)
      c2.wire.calls().asScala.filter(_.verb == Verb.DESTROY).map(_.target) shouldBe Seq(victim)
      Seq(c1, c2).foreach(_.servesAsManyAsItsSize())
    }

    "keep its machine until its run is over" in {
      val world = new World
      val coordinator = world.starts("c1", settings.cleaningEach(Duration.ofSeconds(2)))
      val hostile = coordinator.serves()
      world.fly.writes(hostile.machine, nothing)
      world.passes(Duration.ofSeconds(9))
      world.fly.bootOf(hostile.machine).get shouldBe hostile.grant.boot
      hostile.frees()
      world.passes(Duration.ofSeconds(1))
      world.machines should not contain hostile.machine
    }

    "gain nothing by taking away the claim, or by the claim of another machine" in {
      for (how <- Seq("none", "another's", "another image's", "another key's")) withClue(s"$how: ") {
        val world = new World
        val coordinator = world.starts("c1", settings)
        val Seq(victim, other) = world.fly.ids().asScala.toSeq
        val poolId = world.fly.metadataOf(victim).get("pool_id")
        val claim = world.fly.metadataOf(victim).get("pool_claim")
        world.fly.writes(victim, how match {
          case "none"            => nothing
          case "another's"       => world.fly.metadataOf(other)
          case "another image's" => java.util.Map.of("pool_id", "c1//evil", "pool_claim", claim)
          case _                 => java.util.Map.of("pool_id", poolId, "pool_claim", claim.replace("ours", "theirs"))
        })
        world.passes(cleanTime)
        world.machines should not contain victim
        world.machines should contain (other)
        coordinator.servesAsManyAsItsSize()
      }
    }

    /** Nothing in a machine's metadata tells a pool that a machine is its own. */
    "have no pool touch a machine that no pool made" in {
      val world = new World
      val genuine = world.starts("c1", settings)
      val claim = world.fly.metadataOf(world.fly.ids().get(0))
      val strangers = Seq(nothing, nonsense, claim).map(world.fly.has("postgres-0", "postgres", _))
      world.starts("c2", settings)
      world.passes(Duration.ofMinutes(10))
      world.machines should contain allElementsOf strangers
      strangers.foreach(world.fly.stateOf(_).get shouldBe MachineState.STARTED)
      genuine.servesAsManyAsItsSize()
    }

    "have its machine destroyed by the next instance too, when its own was restarted" in {
      val world = new World
      val crashed = world.starts("c1", settings)
      val hostile = crashed.serves()
      world.passes(Duration.ofSeconds(70)) // its lease tells whose it is by now
      world.fly.writes(hostile.machine, nonsense)
      crashed.crashes()
      val restarted = world.starts("c1", settings)
      world.machines should not contain hostile.machine
      restarted.servesAsManyAsItsSize()
    }
  }

  "A worker that tells a boot of which nobody knows" should {
    "get no second run in the boot that it had" in {
      val world = new World
      val coordinator = world.starts("c1", APool.of(1).keepingWarm(1))
      val first = coordinator.serves()
      world.fly.lies(first.machine)
      first.frees()
      coordinator.serves().grant.boot should not be first.grant.boot
    }

    /** It was stopped, and somebody started it before its owner did: what runs may be anything. */
    "get no run when it was started by somebody else" in {
      val world = new World
      val coordinator = world.starts("c1", APool.of(1))
      val first = coordinator.serves()
      first.frees()
      world.works()
      world.fly.starts(first.machine)
      val lie = world.fly.lies(first.machine)
      val next = coordinator.asks()
      world.passes(Duration.ofSeconds(2))
      next.machine should not be first.machine
      next.grant.boot should not be lie
    }

    "get no run when it was suspended in its grant, and says that it is new" in {
      val world = new World
      val coordinator = world.starts("c1", APool.of(1).cleaningEach(Duration.ofSeconds(2)))
      val first = coordinator.serves()
      world.fly.suspends(first.machine)
      world.passes(Duration.ofSeconds(3))
      world.fly.starts(first.machine)
      world.fly.lies(first.machine)
      first.frees()
      world.passes(Duration.ofSeconds(1))
      world.machines should not contain first.machine
    }

    "be destroyed while it is idle, for it is not the one that was made" in {
      val world = new World
      val coordinator = world.starts("c1", settings)
      val liar = world.fly.ids().get(0)
      world.fly.lies(liar)
      world.passes(cleanTime)
      world.machines should not contain liar
      coordinator.servesAsManyAsItsSize()
    }
  }
}
