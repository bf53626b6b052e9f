package io.sparkmics.data;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.serializer.SerializationStream;
import scala.reflect.ClassTag;

/** Writes pieces as {@link PieceReader} reads them. */
final class PieceWriter extends SerializationStream {

    private final TokenBytes bytes;
    private final DataOutputStream out;

    PieceWriter(TokenBytes bytes, DataOutputStream out) {
        this.bytes = bytes;
        this.out = out;
    }

    @Override
    public <T> SerializationStream writeKey(T key, ClassTag<T> type) {
        SequenceKey of = (SequenceKey) key;
        try {
            out.writeLong(of.step());
            out.writeBoolean(of.validation());
            out.writeInt(of.slot());
            out.writeInt(of.offset());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public <T> SerializationStream writeValue(T value, ClassTag<T> type) {
        int[] tokens = (int[]) value;
        byte[] packed = new byte[Math.multiplyExact(tokens.length, bytes.width())];
        for (int i = 0; i < tokens.length; i++) {
            bytes.put(tokens[i], packed, i * bytes.width());
        }
        try {
            out.writeInt(tokens.length);
            out.write(packed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    @Override
    public <T> SerializationStream writeObject(T object, ClassTag<T> type) {
        throw PieceSerializer.notAlone();
    }

    @Override
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
