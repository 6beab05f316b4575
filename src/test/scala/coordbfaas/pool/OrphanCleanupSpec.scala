package coordbfaas.pool

import java.time.Duration

import coordbfaas.pool.ScriptedWire.Verb
import org.scalatest.wordspec.AnyWordSpec

import scala.jdk.CollectionConverters._

/** What becomes of the machines of a coordinator that is gone. */
class OrphanCleanupSpec extends AnyWordSpec with CoordinatorsStory {

  private val ttl = Duration.ofMinutes(2)
  private val cleanTime = Duration.ofSeconds(30)
  private val settings = APool.of(3).keepingWarm(2).leasingFor(ttl).cleaningEach(cleanTime).renewing(Duration.ofHours(1))

  private def theMachinesOf(world: World, pool: String): Set[String] = world.names.filter(_.startsWith(s"worker-$pool-"))

  "The machines of a dead coordinator" should {
    "be destroyed by another once their leases end, and none before" in {
      val world = new World
      val dead = world.starts("c1", settings)
      world.starts("c2", settings)
      dead.serves()
      world.passes(ttl)
      dead.crashes()
      val ends = world.fly.ids().asScala.filter(world.isOf("c1")).map(id => id -> world.fly.leaseOf(id).get.expiresAt).toMap
      ends should have size 3
      world.each(Duration.ofMillis(250), ttl.plus(cleanTime.multipliedBy(2))) {
        for ((machine, end) <- ends if !world.machines(machine)) withClue(machine)(world.now should be >= end)
      }
      theMachinesOf(world, "c1") shouldBe empty
      theMachinesOf(world, "c2") should have size 2
    }

    "be destroyed without a nonce, so that Fly refuses if somebody holds them again" in {
      val world = new World
      world.starts("c1", settings).crashes()
      val other = world.starts("c2", settings)
      world.passes(ttl.plus(cleanTime))
      val destroys = other.wire.calls().asScala.filter(_.verb == Verb.DESTROY)
      destroys should have size 2
      destroys.foreach(_.nonce.isPresent shouldBe false)
    }

    "be destroyed whatever they say of themselves, for their names tell whose they are" in {
      val world = new World
      world.starts("c1", settings).crashes()
      world.fly.ids().asScala.foreach(world.fly.writes(_, java.util.Map.of("pool_id", "c2//registry.example/w:1")))
      world.starts("c2", settings)
      world.passes(ttl.plus(cleanTime))
      theMachinesOf(world, "c1") shouldBe empty
    }

    "be destroyed once, however many others there are" in {
      val world = new World
      world.starts("c1", settings).crashes()
      val others = Seq("c2", "c3", "c4").map(world.starts(_, settings))
      world.passes(ttl.plus(cleanTime))
      theMachinesOf(world, "c1") shouldBe empty
      Seq("c2", "c3", "c4").foreach(theMachinesOf(world, _) should have size 2)
      others.foreach(_.servesAsManyAsItsSize())
    }
  }

  "A coordinator that cleans" should {
    /** Between the look at the lease and the delete, its owner is there again. */
    "let a machine be that is leased again in the last moment" in {
      val world = new World
      world.starts("c1", settings).crashes()
      val orphans = world.machines
      val cleaner = world.starts("c2", settings)
      world.withheld = _.verb == Verb.DESTROY
      world.passes(ttl.plus(cleanTime))
      cleaner.wire.openOnes(Verb.DESTROY).asScala.map(_.target).toSet shouldBe orphans
      orphans.foreach(world.fly.givesTheLeaseTo(_, "coordbfaas pool=c1 epoch=9 instance=aa"))
      world.withheld = _ => false
      world.passes(cleanTime.multipliedBy(4))
      world.machines should contain allElementsOf orphans
      cleaner.servesAsManyAsItsSize()
    }

    "let the machines be of one that was restarted in time" in {
      val world = new World
      world.starts("c1", settings).crashes()
      val machines = world.machines
      world.starts("c2", settings)
      world.passes(ttl.minusSeconds(5))
      val restarted = world.starts("c1", settings)
      world.passes(ttl.multipliedBy(3))
      world.machines should contain allElementsOf machines
      restarted.servesAsManyAsItsSize()
    }

    "let machines be that bear no worker's name" in {
      val world = new World
      val names = Seq(
        "coordinator", "worker-", "worker-c9", "worker-c9-", "worker-c9-x", "worker--1", "worker-c9-01", "Worker-c9-1", "aworker-c9-1")
      val others = names.map(world.fly.has(_, "registry.example/w:1", java.util.Map.of()))
      world.starts("c2", settings)
      world.passes(ttl.multipliedBy(3))
      world.machines should contain allElementsOf others
    }

    "let machines be of which it cannot read who holds them" in {
      val world = new World
      world.starts("c2", settings)
      val orphan = world.fly.has("worker-c1-0", "registry.example/w:1", java.util.Map.of())
      world.refused = Set(Verb.LEASE)
      world.passes(cleanTime.multipliedBy(4))
      world.machines should contain (orphan)
      world.refused = Set.empty
      world.passes(cleanTime)
      world.machines should not contain orphan
    }

    "come to all of them, however many there are" in {
      val world = new World
      world.starts("c2", settings)
      for (slot <- 0 until 100) world.fly.has(s"worker-c1-$slot", "registry.example/w:1", java.util.Map.of())
      world.passes(cleanTime)
      theMachinesOf(world, "c1") shouldBe empty
    }
  }
}
