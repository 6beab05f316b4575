package coordbfaas.pool

import coordbfaas.facts.Observer
import java.time.{Duration, Instant}
import java.util.SplittableRandom

import coordbfaas.machines.MachinesFailure
import coordbfaas.pool.PoolSupervisor.{AllocateReply, Granted, Reason, Refused}
import coordbfaas.pool.ScriptedWire.{Call, Verb}
import coordbfaas.story.StoryTime
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit
import org.scalatest.matchers.should.Matchers
import org.scalatest.{BeforeAndAfterAll, BeforeAndAfterEach, Suite}

import scala.jdk.CollectionConverters._

/** A story of coordinators, each with a real pool, that share one small Fly whose leases end when their time has passed. */
trait CoordinatorsStory extends BeforeAndAfterAll with BeforeAndAfterEach with Matchers { this: Suite =>

  private lazy val together: ActorTestKit = StoryTime.aSystem()

  /** One that stands still while the others go on. */
  private lazy val apart: ActorTestKit = StoryTime.aSystem()

  private val step = Duration.ofMillis(250)
  private var systems = Set.empty[ActorTestKit]
  private var leftovers = Vector.empty[() => Unit]

  override def afterEach(): Unit = {
    leftovers.foreach(_.apply())
    leftovers = Vector.empty
  }

  override def afterAll(): Unit = systems.foreach(_.shutdownTestKit())

  /** One app at Fly and its coordinators. */
  class World {
    private val time = StoryTime.of(together)
    private var coordinators = Vector.empty[Coordinator]
    private var boots = Set.empty[String]
    systems += together

    val fly = new SmallFly(new ScriptedWire, time)

    /** What Fly has no time for. */
    var refused = Set.empty[Verb]

    /** What nobody gets an answer to until the story says so. */
    var withheld: Call => Boolean = _ => false

    def starts(pool: String, settings: APool, claims: PlainClaims = PlainClaims.OURS): Coordinator =
      add(new Coordinator(this, pool, settings, claims, together, coordinators.size))

    /** While calls of this kind get no answer, until the story says so. */
    def startsWith(pool: String, settings: APool, unanswered: Verb): Coordinator = {
      withheld = _.verb == unanswered
      starts(pool, settings)
    }

    /** On a computer that can stand still, and whose clock may be ahead. */
    def startsApart(pool: String, settings: APool, ahead: Duration = Duration.ZERO): Coordinator = {
      systems += apart
      val clock = StoryTime.of(apart)
      clock.passes(Duration.between(clock.steady(), time.steady()))
      clock.clockIsSet(Duration.between(clock.instant(), time.instant()).plus(ahead))
      add(new Coordinator(this, pool, settings, PlainClaims.OURS, apart, coordinators.size))
    }

    private def add(coordinator: Coordinator): Coordinator = {
      coordinators :+= coordinator
      leftovers :+= (() => coordinator.crashes())
      works()
      coordinator
    }

    /** Fly does what it is asked, and what that leads to. */
    def works(): Unit = Iterator.continually(calls).takeWhile(_.nonEmpty).foreach(open => answers(open.head))

    private def calls: Seq[Call] =
      coordinators.flatMap(_.wire.open().asScala).filterNot(withheld)

    private def answers(call: Call): Unit =
      if (refused(call.verb)) call.fails(new MachinesFailure.Later(Duration.ZERO, false, "429 rate limit exceeded"))
      else fly.answers(call)

    /** Time passes while Fly works. */
    def passes(duration: Duration): Unit = each(step, duration)(())

    /** Time passes while Fly works, and at each step something is seen. */
    def each(step: Duration, duration: Duration)(seen: => Unit): Unit = {
      val end = time.steady().plus(duration)
      while (time.steady().isBefore(end)) {
        val left = Duration.between(time.steady(), end)
        val now = if (left.compareTo(step) < 0) left else step
        time.passes(now)
        coordinators.filterNot(_.standsStill).map(_.clock).distinct.filterNot(_ == time).foreach(_.passes(now))
        works()
        seen
      }
    }

    /** The boot that a grant is for runs, and nobody had it before. */
    def sees(grant: Grant): Unit = {
      withClue("the boot that runs: ")(fly.bootOf(grant.machine).get shouldBe grant.boot)
      withClue("a boot that nobody had: ")(boots should not contain grant.boot)
      boots += grant.boot
    }

    def now: Instant = time.instant()

    def machines: Set[String] = fly.ids().asScala.toSet

    def names: Set[String] = fly.names().asScala.toSet

    /** Whether a machine bears the name of a pool's. */
    def isOf(pool: String)(machine: String): Boolean =
      fly.names().get(fly.ids().indexOf(machine)).startsWith(s"worker-$pool-")
  }

  /** One run of a coordinator, as far as its pool. */
  class Coordinator(world: World, name: String, settings: APool, claims: PlainClaims, system: ActorTestKit, seed: Int) {
    val wire = new ScriptedWire
    val clock: StoryTime = StoryTime.of(system)
    private[pool] var standsStill = false

    private val surroundings = new PoolSupervisor.Surroundings(
      wire, wire, claims, new PoolClocks(clock, () => clock.steady()), new SplittableRandom(seed.toLong), Observer.NONE)
    private val pool = system.spawn(PoolSupervisor.create(settings.named(name), surroundings))
    private val witness = new Witness[Any](system)
    witness.watches(pool)

    def hasEnded: Boolean = witness.saw(pool)

    def asks(timeLeft: Duration = APool.REQUEST_TIME): Request = {
      val request = new Request
      pool.tell(new PoolSupervisor.Allocate("run", timeLeft, request.witness.ref, request.witness.ref))
      request
    }

    /** A request comes and gets a machine. */
    def serves(): Request = {
      val request = asks()
      world.works()
      request.grant
      request
    }

    /** As many requests as it has slots get a machine each, at once. */
    def servesAsManyAsItsSize(): Unit = {
      val requests = Seq.fill(settings.size)(asks())
      world.works()
      requests.map(_.grant.machine).toSet should have size settings.size.toLong
      requests.foreach(_.frees())
      world.works()
    }

    /** It is gone without a word. */
    def crashes(): Unit = system.stop(pool)

    def closes(): Unit = pool.tell(new PoolSupervisor.Close)

    /** Its computer stands still, while that of the others goes on; before it goes on too, something happens. */
    def standsStillFor(duration: Duration)(meanwhile: => Unit): Unit = {
      standsStill = true
      world.passes(duration)
      meanwhile
      standsStill = false
      clock.standsStill(duration)
    }

    /** How many calls it has made. */
    def callsSoFar: Int = wire.calls().size

    /** The calls that it made since, but those that change nothing. */
    def changesSince(calls: Int): Seq[Call] =
      wire.calls().asScala.toSeq.drop(calls).filterNot(call => Coordinator.reads(call.verb))

    class Request {
      val witness = new Witness[AllocateReply](system)

      def answers: Seq[AllocateReply] = witness.news().asScala.toSeq

      lazy val grant: Grant = answers match {
        case Seq(granted: Granted) =>
          world.sees(granted.grant)
          granted.grant
        case others => fail(s"not granted, but told $others")
      }

      def machine: String = grant.machine

      def isRefused(reason: Reason): Unit =
        answers should matchPattern { case Seq(refused: Refused) if refused.reason == reason => }

      def frees(): Unit = pool.tell(new PoolSupervisor.Free(grant))
    }
  }

  object Coordinator {
    val reads: Set[Verb] = Set(Verb.LIST, Verb.GET, Verb.LEASE, Verb.HEALTH,
      Verb.AWAIT_STARTED, Verb.AWAIT_STOPPED, Verb.AWAIT_SUSPENDED, Verb.AWAIT_DESTROYED)
  }
}
