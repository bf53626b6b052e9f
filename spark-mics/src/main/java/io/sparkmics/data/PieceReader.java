package io.sparkmics.data;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.util.NoSuchElementException;
import org.apache.spark.serializer.DeserializationStream;
import scala.Tuple2;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;
import scala.reflect.ClassTag;

/** Reads pieces as {@link PieceWriter} has written them. Ends between two of them only: one that is cut short is an error. */
final class PieceReader extends DeserializationStream {

    private final TokenBytes bytes;
    private final PushbackInputStream ahead;
    private final DataInputStream in;

    PieceReader(TokenBytes bytes, InputStream in) {
        this.bytes = bytes;
        this.ahead = new PushbackInputStream(in);
        this.in = new DataInputStream(ahead);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T readKey(ClassTag<T> type) {
        try {
            return (T) new SequenceKey(in.readLong(), in.readBoolean(), in.readInt(), in.readInt());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T readValue(ClassTag<T> type) {
        try {
            int[] tokens = new int[in.readInt()];
            byte[] packed = new byte[Math.multiplyExact(tokens.length, bytes.width())];
            in.readFully(packed);
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = bytes.get(packed, i * bytes.width());
            }
            return (T) tokens;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public <T> T readObject(ClassTag<T> type) {
        throw PieceSerializer.notAlone();
    }

    @Override
    public Iterator<Tuple2<Object, Object>> asKeyValueIterator() {
        return new AbstractIterator<>() {
            @Override
            public boolean hasNext() {
                return !ended();
            }

            @Override
            public Tuple2<Object, Object> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return new Tuple2<>(readKey(null), readValue(null));
            }
        };
    }

    private boolean ended() {
        try {
            int next = ahead.read();
            if (next >= 0) {
                ahead.unread(next);
            }
            return next < 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
