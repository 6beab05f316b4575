package coordbfaas.pool

import java.time.Duration

import coordbfaas.pool.ScriptedWire.{Call, Verb}
import org.scalatest.wordspec.AnyWordSpec

import scala.jdk.CollectionConverters._
import scala.jdk.OptionConverters._

/** What a coordinator makes of the machines that it had before it was restarted. */
class RestartSpec extends AnyWordSpec with CoordinatorsStory {

  private val ttl = Duration.ofMinutes(2)
  private val settings = holding(APool.of(3))
  private val others = holding(APool.of(2))

  private def holding(pool: APool): APool =
    pool.keepingWarm(2).leasingFor(ttl).cleaningEach(Duration.ofSeconds(30)).renewing(Duration.ofHours(1))

  private def callsOf(coordinator: Coordinator, machine: String): Seq[Call] =
    coordinator.wire.calls().asScala.toSeq.filter(_.target == machine)

  "A coordinator that is restarted after a crash" should {
    "stop a machine that runs, under the nonce by which it is held, before anybody gets it" in {
      val world = new World
      val crashed = world.starts("c1", settings)
      val machine = crashed.serves().machine
      val old = world.fly.leaseOf(machine).get.nonce
      crashed.crashes()

      val restarted = world.starts("c1", settings)
      val changes = callsOf(restarted, machine).filterNot(call => Coordinator.reads(call.verb))
      changes.map(_.verb).take(4) shouldBe Seq(Verb.STOP, Verb.RELEASE, Verb.ACQUIRE, Verb.STOP)
      changes.take(2).flatMap(_.nonce.toScala) should contain only old
      changes.drop(3).flatMap(_.nonce.toScala) should not contain old
      restarted.servesAsManyAsItsSize()
    }

    "have all of its machines again, and no others" in {
      val world = new World
      val crashed = world.starts("c1", settings)
      Seq.fill(3)(crashed.serves())
      world.works()
      val machines = world.machines
      machines should have size 3
      crashed.crashes()
      val restarted = world.starts("c1", settings)
      restarted.servesAsManyAsItsSize()
      world.machines shouldBe machines
    }

    "hold them by leases that say so, for longer than the old ones lasted" in {
      val world = new World
      world.starts("c1", settings).crashes()
      val machines = world.machines
      world.starts("c1", settings)
      world.each(Duration.ofSeconds(1), ttl.multipliedBy(3)) {
        for (machine <- machines) {
          val holder = world.fly.leaseOf(machine).flatMap(_.description).flatMap(Instance.parse(_)).get
          holder.pool shouldBe "c1"
        }
      }
      world.machines shouldBe machines
    }

    "have them again however often it crashes, and whenever" in {
      val world = new World
      for (pause <- Seq(0, 1, 10, 100, 1_000, 20_000, 119_000, 121_000, 300_000)) {
        val coordinator = world.starts("c1", settings)
        coordinator.servesAsManyAsItsSize()
        coordinator.serves()
        coordinator.crashes()
        world.passes(Duration.ofMillis(pause.toLong))
        world.machines.size should be <= 3
      }
      world.machines should have size 3
      world.starts("c1", settings).servesAsManyAsItsSize()
    }

    /** The answers that the old one waited for never come to anybody. */
    "have those that were on their way when it crashed" in {
      val world = new World
      val crashed = world.startsWith("c1", settings, Verb.AWAIT_STARTED)
      world.machines should have size 2
      crashed.crashes()
      world.withheld = _ => false
      val restarted = world.starts("c1", settings)
      restarted.servesAsManyAsItsSize()
      world.machines should have size 3
    }

    /** A create may be carried out after the crash, when the next instance has looked already. */
    "have those that come to be after it looked" in {
      val world = new World
      val crashed = world.startsWith("c1", settings, Verb.CREATE)
      crashed.crashes()
      val late = crashed.wire.openOnes(Verb.CREATE).asScala.toSeq
      late should have size 2
      world.passes(Duration.ofSeconds(1))
      val restarted = world.startsWith("c1", settings, Verb.CREATE)
      late.foreach(world.fly.carriesOutInSilence)
      world.withheld = _ => false
      world.passes(Duration.ofSeconds(1))
      restarted.servesAsManyAsItsSize()
      world.machines should have size 3
    }

    "take what it finds suspended for used" in {
      val world = new World
      val crashed = world.starts("c1", settings)
      val machine = crashed.serves().machine
      world.fly.suspends(machine)
      crashed.crashes()
      val restarted = world.starts("c1", settings)
      callsOf(restarted, machine).map(_.verb) should contain noneOf (Verb.START, Verb.SUSPEND)
      world.machines should not contain machine
      restarted.servesAsManyAsItsSize()
    }

    "wait for the end of a lease of which nobody knows whose it is" in {
      val world = new World
      world.starts("c1", settings).crashes()
      val machine = world.fly.ids().get(0)
      world.fly.givesTheLeaseToAnother(machine)
      val restarted = world.starts("c1", settings)
      world.passes(ttl.multipliedBy(2))
      callsOf(restarted, machine).filterNot(call => Coordinator.reads(call.verb)) shouldBe empty
      world.fly.endsTheLeaseOf(machine)
      world.passes(Duration.ofSeconds(40))
      restarted.servesAsManyAsItsSize()
    }
  }

  "A coordinator that is restarted after it was closed" should {
    "find its machines stopped, and held for it" in {
      val world = new World
      val first = world.starts("c1", settings)
      first.serves()
      world.starts("c2", others)
      first.closes()
      world.passes(Duration.ofSeconds(1))
      first.hasEnded shouldBe true
      val machines = world.machines.filter(world.isOf("c1"))
      machines.flatMap(world.fly.bootOf(_).toScala) shouldBe empty
      world.passes(ttl.minusSeconds(5))

      val restarted = world.starts("c1", settings)
      restarted.servesAsManyAsItsSize()
      world.machines.filter(world.isOf("c1")) shouldBe machines
    }

    "find none if it destroys them on exit" in {
      val world = new World
      val first = world.starts("c1", settings.destroyingOnExit())
      first.serves()
      first.closes()
      world.works()
      first.hasEnded shouldBe true
      world.machines shouldBe empty
    }
  }

  "A coordinator that is restarted with other settings" should {
    "destroy what is beyond a smaller size, and that alone" in {
      val world = new World
      val crashed = world.starts("c1", settings.keepingWarm(3))
      crashed.crashes()
      val restarted = world.starts("c1", APool.of(1).keepingWarm(1).renewing(Duration.ofHours(1)))
      world.names should contain only "worker-c1-0"
      restarted.servesAsManyAsItsSize()
    }

    "replace its machines when the key was changed" in {
      val world = new World
      world.starts("c1", settings).crashes()
      val machines = world.machines
      world.passes(Duration.ofSeconds(1))
      val restarted = world.starts("c1", settings, new PlainClaims("another word"))
      world.passes(ttl.plusSeconds(40))
      restarted.servesAsManyAsItsSize()
      world.machines.intersect(machines) shouldBe empty
      for (machine <- world.machines) world.fly.metadataOf(machine).get("pool_claim") should startWith ("another word|")
    }

    "serve requests while it waits for machines of another key to be free" in {
      val world = new World
      world.starts("c1", settings).crashes()
      val restarted = world.starts("c1", settings, new PlainClaims("another word"))
      world.passes(Duration.ofSeconds(10))
      restarted.serves()
    }
  }

  "A coordinator that is restarted with another image" should {
    val newer = settings.booting("registry.example/w:2")

    def images(world: World): Seq[String] = world.fly.images().asScala.toSeq.sorted

    def isNew(world: World)(machine: String): Boolean =
      world.fly.images().get(world.fly.ids().indexOf(machine)) == "registry.example/w:2"

    "replace idle machines one at a time" in {
      val world = new World
      world.starts("c1", settings.keepingWarm(3)).crashes()
      world.starts("c1", newer.keepingWarm(3))
      world.each(Duration.ofMillis(250), Duration.ofMinutes(1))(world.machines.size should (be >= 2 and be <= 3))
      images(world) shouldBe Seq.fill(3)("registry.example/w:2")
    }

    "take one away only when the place of the last is filled" in {
      val world = new World
      world.starts("c1", settings.keepingWarm(3)).crashes()
      world.withheld = _.verb == Verb.AWAIT_STARTED
      world.starts("c1", newer.keepingWarm(3))
      world.passes(Duration.ofSeconds(30))
      images(world) should contain theSameElementsAs Seq("registry.example/w:1", "registry.example/w:1", "registry.example/w:2")
      world.withheld = _ => false
      world.passes(Duration.ofSeconds(30))
      images(world) shouldBe Seq.fill(3)("registry.example/w:2")
    }

    "serve every request meanwhile" in {
      val world = new World
      val crashed = world.starts("c1", settings)
      Seq.fill(3)(crashed.serves())
      crashed.crashes()
      val restarted = world.starts("c1", newer)
      world.each(Duration.ofMillis(500), Duration.ofMinutes(1))(restarted.serves().frees())
      images(world) shouldBe Seq.fill(3)("registry.example/w:2")
    }

    "replace a machine that runs after it is freed" in {
      val world = new World
      world.starts("c1", settings.keepingWarm(3)).crashes()
      val restarted = world.startsWith("c1", newer.keepingWarm(3), Verb.DESTROY)
      val runs = Seq.fill(2)(restarted.asks())
      world.works()
      world.withheld = _ => false
      val old = runs.map(_.machine).filterNot(isNew(world))
      old should not be empty
      world.passes(Duration.ofSeconds(9))
      world.machines should contain allElementsOf old
      old.foreach(world.fly.bootOf(_) should be (Symbol("present")))
      runs.foreach(_.frees())
      world.passes(Duration.ofSeconds(30))
      world.machines should contain noElementsOf old
      images(world) shouldBe Seq.fill(3)("registry.example/w:2")
    }
  }
}
