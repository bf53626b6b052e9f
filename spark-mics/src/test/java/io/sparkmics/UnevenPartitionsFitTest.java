package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

/** Where rows lie is no matter: ranks take the same steps, on the same batches, until the data ends for all at once. */
class UnevenPartitionsFitTest {

    /** As Spark may hand them over: all in one, nearly every partition empty, one row against all others. */
    private static final List<UnaryOperator<Dataset<Row>>> PLACEMENTS = List.of(
            rows -> rows,
            rows -> rows.coalesce(1),
            rows -> rows.repartition(90),
            rows -> rows.repartitionByRange(2, functions.col("id").equalTo(3)));

    /** 2,765 tokens are 172 sequences of 16, which are 21 batches of 8 and a rest that no rank trains on. */
    private static final int STEPS = 21;

    @Test
    void emptyTinyAndUnevenPartitionsTrainTheSame() {
        List<List<Double>> losses =
                PLACEMENTS.stream().map(place -> losses(place.apply(rows()))).toList();

        assertThat(losses.get(0)).hasSize(STEPS);
        assertThat(losses).allSatisfy(other -> assertThat(other).isEqualTo(losses.get(0)));
    }

    /** Of 61, 2, 1 and 2,701 tokens, the ends of the texts with them: the long one is nearly all there is. */
    private static Dataset<Row> rows() {
        return TrainedModel.texts("the quick brown fox ".repeat(3), "a", "", "long ".repeat(540));
    }

    private static List<Double> losses(Dataset<Row> rows) {
        List<Double> losses = new ArrayList<>();
        TrainedModel.estimator().setMaxSteps(0).setMaxEpochs(1).fit(rows, step -> losses.add(step.loss()));
        return losses;
    }
}
