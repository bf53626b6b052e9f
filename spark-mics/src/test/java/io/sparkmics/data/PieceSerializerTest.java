package io.sparkmics.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;

/** What ranks are sent. */
class PieceSerializerTest {

    private static final List<SequenceKey> KEYS = List.of(
            new SequenceKey(Long.MAX_VALUE, true, Integer.MAX_VALUE, Integer.MAX_VALUE),
            new SequenceKey(0, false, 0, 0),
            new SequenceKey(3, false, 2, 1));
    private static final List<int[]> TOKENS = List.of(new int[] {}, new int[] {0}, new int[] {50256, 256, 255});

    private final SerializerInstance serializer = new PieceSerializer(TokenBytes.of(50257)).newInstance();

    private byte[] written() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (SerializationStream stream = serializer.serializeStream(out)) {
            for (int i = 0; i < KEYS.size(); i++) {
                stream.writeKey(KEYS.get(i), ClassTag$.MODULE$.apply(SequenceKey.class));
                stream.writeValue(TOKENS.get(i), ClassTag$.MODULE$.apply(int[].class));
            }
        }
        return out.toByteArray();
    }

    private Iterator<Tuple2<Object, Object>> read(byte[] bytes) {
        return serializer.deserializeStream(new ByteArrayInputStream(bytes)).asKeyValueIterator();
    }

    @Test
    void piecesArriveAsTheyWere() {
        Iterator<Tuple2<Object, Object>> pieces = read(written());
        for (int i = 0; i < KEYS.size(); i++) {
            assertThat(pieces.hasNext()).isTrue();
            Tuple2<Object, Object> piece = pieces.next();
            assertThat(piece._1()).isEqualTo(KEYS.get(i));
            assertThat((int[]) piece._2()).isEqualTo(TOKENS.get(i));
        }
        assertThat(pieces.hasNext()).isFalse();
    }

    @Test
    void aPieceThatIsCutShortIsAnErrorAndNotTheEnd() {
        byte[] written = written();
        Iterator<Tuple2<Object, Object>> pieces = read(Arrays.copyOf(written, written.length - 1));
        pieces.next();
        pieces.next();
        assertThatThrownBy(pieces::next).hasRootCauseInstanceOf(EOFException.class);
    }
}
