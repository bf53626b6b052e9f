package io.sparkmics.data;

import java.io.DataOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;

/**
 * How pieces of sequences cross the shuffle, whatever {@code spark.serializer} is: a {@link SequenceKey} in 17 bytes, then how
 * many tokens there are, then their bytes.
 */
final class PieceSerializer extends Serializer implements Serializable {

    private static final long serialVersionUID = 1L;

    private final TokenBytes bytes;

    PieceSerializer(TokenBytes bytes) {
        this.bytes = bytes;
    }

    @Override
    public SerializerInstance newInstance() {
        return new Streams(bytes);
    }

    /** A piece does not depend on those before it. */
    @Override
    public boolean supportsRelocationOfSerializedObjects() {
        return true;
    }

    static UnsupportedOperationException notAlone() {
        return new UnsupportedOperationException(
                "Cannot serialize an object alone: pieces are keys and values of a stream. Write and read those.");
    }

    private static final class Streams extends SerializerInstance {

        private final TokenBytes bytes;

        Streams(TokenBytes bytes) {
            this.bytes = bytes;
        }

        @Override
        public SerializationStream serializeStream(OutputStream out) {
            return new PieceWriter(bytes, new DataOutputStream(out));
        }

        @Override
        public DeserializationStream deserializeStream(InputStream in) {
            return new PieceReader(bytes, in);
        }

        @Override
        public <T> ByteBuffer serialize(T object, ClassTag<T> type) {
            throw notAlone();
        }

        @Override
        public <T> T deserialize(ByteBuffer buffer, ClassTag<T> type) {
            throw notAlone();
        }

        @Override
        public <T> T deserialize(ByteBuffer buffer, ClassLoader loader, ClassTag<T> type) {
            throw notAlone();
        }
    }
}
