package io.sparkmics.engine.gradient;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of gradients that are sent in fewer bytes, held against rounding in plain Java. */
class ReplicatedBucketTest {

    /** Two whole pieces and a part of one. */
    private static final int SIZE = (int) (2 * ReplicatedBucket.PIECE + 12_345);

    /** Elements of others before and behind it. */
    private static final int AROUND = 3;

    private static float[] gradients(int rank) {
        Random random = new Random(rank);
        float[] values = new float[SIZE + 2 * AROUND];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(9) - 4));
        }
        return values;
    }

    /** To the nearest of 8 bits, of two as near to the even one. */
    private static float rounded(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }

    /** All that each rank holds after its bucket was summed. */
    private static List<float[]> summed(int replicas) {
        return ThreadRanks.of(replicas).with(CommunicationSettings.of(1)).run(ranks -> {
            float[] values = gradients(ranks.rank());
            try (PointerScope scope = new PointerScope()) {
                Tensor all =
                        torch.from_blob(new FloatPointer(values), values.length).clone();
                try (ReplicatedBucket bucket = new ReplicatedBucket(all.narrow(0, AROUND, SIZE), ScalarType.BFloat16)) {
                    Tensor sent = bucket.toSend();
                    assertThat(sent.nbytes()).isEqualTo(2L * SIZE);
                    ranks.communicator(GroupKind.REPLICATION).allReduce(sent).await();
                    bucket.received();
                }
                new FloatPointer(all.data_ptr()).get(values);
            }
            return values;
        });
    }

    @Test
    void twoReplicasHaveTheRoundedSumOfTheirRoundedGradients() {
        float[] one = gradients(0);
        float[] other = gradients(1);
        List<float[]> ranks = summed(2);
        for (int rank = 0; rank < 2; rank++) {
            float[] expected = gradients(rank);
            for (int i = AROUND; i < AROUND + SIZE; i++) {
                expected[i] = rounded(rounded(one[i]) + rounded(other[i]));
            }
            // AssertJ compares arrays of millions for minutes.
            assertThat(Arrays.mismatch(ranks.get(rank), expected)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void moreReplicasHaveTheSameBitsAndAnErrorOfOneRoundingForEachOfThem(int replicas) {
        List<float[]> all = IntStream.range(0, replicas)
                .mapToObj(ReplicatedBucketTest::gradients)
                .toList();
        List<float[]> ranks = summed(replicas);
        for (float[] rank : ranks) {
            assertThat(Arrays.mismatch(rank, AROUND, AROUND + SIZE, ranks.get(0), AROUND, AROUND + SIZE))
                    .isEqualTo(-1);
        }
        assertThat(IntStream.range(AROUND, AROUND + SIZE)
                        .mapToDouble(i -> error(all, i, ranks.get(0)[i]))
                        .max()
                        .orElseThrow())
                .isPositive()
                .isLessThanOrEqualTo(replicas * Math.pow(2, -8));
    }

    /** Of a sum, as a part of the numbers in it. */
    private static double error(List<float[]> all, int place, float sum) {
        double exact = 0;
        double magnitude = 0;
        for (float[] gradients : all) {
            exact += gradients[place];
            magnitude += Math.abs(gradients[place]);
        }
        return Math.abs(sum - exact) / magnitude;
    }

    @Test
    void whatIsSentAsItIsKeptIsTheGradientsThemselves() {
        try (PointerScope scope = new PointerScope()) {
            Tensor gradients = torch.ones(5);
            try (ReplicatedBucket bucket = new ReplicatedBucket(gradients, ScalarType.Float)) {
                assertThat(bucket.toSend().data_ptr().address())
                        .isEqualTo(gradients.data_ptr().address());
                bucket.received();
                assertThat(gradients.equal(torch.ones(5))).isTrue();
            }
        }
    }
}
