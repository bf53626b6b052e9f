package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderedSumTest {

    /** No multiple of the members, and more than one piece of a partial sum. */
    private static final int SIZE = 300_007;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void sumsHaveTheBitsThatTheyHaveOverSockets(int members) {
        for (torch.ScalarType type : List.of(torch.ScalarType.Float, torch.ScalarType.BFloat16)) {
            List<float[]> memory = sums(ThreadRanks.of(members), type);
            List<float[]> sockets = sums(ThreadRanks.of(members).over(() -> GlooTransport.on("127.0.0.1")), type);
            for (int rank = 0; rank < members; rank++) {
                assertThat(memory.get(rank)).isEqualTo(sockets.get(rank));
            }
        }
    }

    private static List<float[]> sums(ThreadRanks ranks, torch.ScalarType type) {
        return ranks.run(rank -> {
            Communicator group = rank.communicator(GroupKind.PARTITION);
            try (PointerScope scope = new PointerScope()) {
                Tensor values = torch.arange(new Scalar(SIZE), torch.dtype(torch.ScalarType.Double))
                        .mul(new Scalar(0.37 * (rank.rank() + 1)))
                        .sin()
                        .mul(new Scalar(Math.pow(10, rank.rank())))
                        .to(type);
                group.allReduce(values).await();
                Tensor whole = values.repeat((long) group.group().size()).add(new Scalar(0.1 * rank.rank()));
                Tensor shard = torch.zeros(new long[] {SIZE}, values.options());
                group.reduceScatter(whole, shard).await();
                Tensor all = torch.cat(new org.bytedeco.pytorch.TensorVector(values, shard))
                        .to(torch.ScalarType.Float);
                float[] result = new float[2 * SIZE];
                new FloatPointer(all.data_ptr_float()).get(result);
                return result;
            }
        });
    }
}
