package coordbfaas.coord;

import coordbfaas.wire.RunDocument;
import coordbfaas.wire.TextCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.pekko.util.ByteString;

/**
 * All of one output of a run, kept for a document: its end in memory, what came before in a file of the temporary directory
 * that has no name any more, so that it is gone with this process however that ends. Reads and writes block; for one thread
 * at a time.
 */
final class KeptOutput implements RunDocument.Kept, AutoCloseable {
  /** Most that is in memory, twice for each document: of the runs that go on, and of those whose clients have still to read. */
  static final int MEMORY_BYTES_MAX = 64 * 1024;

  /** A multiple of three. */
  private static final int PIECE_BYTES = 48 * 1024;

  private final TextCheck text = new TextCheck();
  private byte[] memory = {};
  private int memoryBytes;
  private FileChannel file;
  private long fileBytes;

  /** Keeps more. If that fails, for a disk that is full, what was kept before is kept still. */
  void add(ByteString bytes) throws IOException {
    if (memoryBytes + bytes.size() > MEMORY_BYTES_MAX) {
      write(ByteBuffer.wrap(memory, 0, memoryBytes));
      memoryBytes = 0;
    }
    if (bytes.size() > MEMORY_BYTES_MAX) write(bytes.asByteBuffer());
    else remember(bytes);
    text.add(bytes);
  }

  @Override
  public boolean isText() {
    return text.isText();
  }

  @Override
  public Iterator<ByteString> pieces() {
    return new Iterator<>() {
      private long at;

      @Override
      public boolean hasNext() {
        return at < fileBytes + memoryBytes;
      }

      @Override
      public ByteString next() {
        if (!hasNext()) throw new NoSuchElementException();
        var piece = piece(at);
        at += piece.size();
        return piece;
      }
    };
  }

  /** Lets go of all that was kept. */
  @Override
  public void close() {
    memory = new byte[0];
    memoryBytes = 0;
    fileBytes = 0;
    try {
      if (file != null) file.close();
    } catch (IOException unclosable) {
      // nobody can do more about it
    }
  }

  private void remember(ByteString bytes) {
    if (memory.length < memoryBytes + bytes.size())
      memory = Arrays.copyOf(memory, Math.min(MEMORY_BYTES_MAX, Math.max(2 * memory.length, memoryBytes + bytes.size())));
    bytes.asByteBuffer().get(memory, memoryBytes, bytes.size());
    memoryBytes += bytes.size();
  }

  private void write(ByteBuffer bytes) throws IOException {
    if (file == null) file = namelessFile();
    var at = fileBytes;
    while (bytes.hasRemaining()) at += file.write(bytes, at);
    fileBytes = at;
  }

  private ByteString piece(long from) {
    var piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, fileBytes + memoryBytes - from));
    try {
      if (from < fileBytes) {
        piece.limit((int) Math.min(piece.capacity(), fileBytes - from));
        while (piece.hasRemaining()) if (file.read(piece, from + piece.position()) < 0) throw new IOException("the file was cut");
        piece.limit(piece.capacity());
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    piece.put(memory, (int) Math.max(0, from - fileBytes), piece.remaining());
    return ByteString.fromArrayUnsafe(piece.array());
  }

  private static FileChannel namelessFile() throws IOException {
    var path = Files.createTempFile("bfaas-", ".output");
    try {
      return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(path);
    }
  }
}
