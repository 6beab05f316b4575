package coordbfaas.wire

import org.apache.pekko.util.ByteString
import org.scalatest.matchers.should.Matchers
import org.scalatest.wordspec.AnyWordSpec

import scala.jdk.CollectionConverters._

class EventStreamSpec extends AnyWordSpec with Matchers {

  private val theOutput = "first\n\nsecond: ä€😀\r\n\u0000"

  /** A run that says something on both outputs, is silent for a while, and is killed. */
  private val theRun = Seq[RunEvent](
    new RunEvent.Stdout(ByteString(theOutput)),
    new RunEvent.Stderr(ByteString(0xff, 0x00)),
    Exit.signaled(9, 1500))

  private def written: ByteString =
    EventStream.encode(theRun(0)) ++ EventStream.encode(theRun(1)) ++ EventStream.PING ++ EventStream.encode(theRun(2))

  private def read(reader: EventStreamReader, chunk: ByteString): Seq[RunEvent] = reader.read(chunk).asScala.toSeq

  "An event stream" should {
    "tell a run's outputs as it wrote them, and then its exit" in {
      read(new EventStreamReader(1000), written) shouldBe theRun
    }

    "tell the same run when it comes byte by byte" in {
      val reader = new EventStreamReader(1000)
      written.grouped(1).flatMap(read(reader, _)).toSeq shouldBe theRun
    }

    "tell each event once it is whole, and not before" in {
      val reader = new EventStreamReader(1000)
      val lengths = theRun.map(EventStream.encode(_).size)
      read(reader, written.take(lengths.head - 1)) shouldBe empty
      read(reader, written.slice(lengths.head - 1, lengths.head)) shouldBe theRun.take(1)
      read(reader, written.drop(lengths.head).take(lengths(1))) shouldBe theRun.slice(1, 2)
    }

    "be read by what knows event streams and JSON, and nothing of us" in {
      val lines = written.utf8String.split("\n", -1).toSeq
      lines.filter(_.startsWith("event: ")) shouldBe Seq("event: stdout", "event: stderr", "event: exit")
      lines.filter(_.startsWith("data: ")) shouldBe Seq(
        "data: \"first\\n\\nsecond: ä€😀\\r\\n\\u0000\"",
        "data: {\"base64\":\"/wA=\"}",
        "data: {\"code\":137,\"reason\":\"signaled\",\"signal\":\"SIGKILL\",\"durationMs\":1500}")
      lines.filterNot(line => line.isEmpty || line.startsWith("event: ") || line.startsWith("data: ")) shouldBe Seq(": ping")
    }

    "stay silent while a run is silent" in {
      read(new EventStreamReader(1000), EventStream.PING ++ EventStream.PING) shouldBe empty
    }

    "be refused when it goes on without an end of an event" in {
      val reader = new EventStreamReader(1000)
      read(reader, ByteString("event: stdout\ndata: \"" + "x" * 900)) shouldBe empty
      an[EventReader.Malformed] should be thrownBy reader.read(ByteString("x" * 100))
    }

    "be refused when it tells what we do not know" in {
      an[EventReader.Malformed] should be thrownBy new EventStreamReader(1000).read(ByteString("event: stdin\ndata: \"x\"\n\n"))
    }
  }
}
