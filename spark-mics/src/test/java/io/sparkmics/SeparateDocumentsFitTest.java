package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.model.llama.LlamaConfig;
import io.sparkmics.model.llama.RotaryScaling;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class SeparateDocumentsFitTest {

    private static final int DOCUMENT = "a row of text to learn from".length() + 1;

    @TempDir
    Path folder;

    /** All rows are the same, so that only what a token sees makes a difference. */
    private static Dataset<Row> rows() {
        return LocalSpark.session().range(20).selectExpr("'a row of text to learn from' as text", "id < 4 as held_out");
    }

    /** @param documents whole ones of each sequence */
    private MicsEstimator estimator(int documents, boolean separate) {
        int context = documents * DOCUMENT;
        return SmallFit.estimator(folder, 3)
                .setModel(new LlamaConfig(
                        "llama", 1, 2, 1, 4, 8, 12, context, context, 257, 1e-6, 1e4, RotaryScaling.NONE, false, false))
                .setGlobalBatchSize(4 / documents)
                .setLearningRate(0.1)
                .setValidationIndicatorCol("held_out")
                .setSeparateDocuments(separate);
    }

    @Test
    void twoDocumentsOfASequenceAreTrainedAndEvaluatedAsTwoSequences() {
        MicsModel alone = estimator(1, false).fit(rows());
        MicsModel separate = estimator(2, true)
                .setCheckpointInterval(2)
                .setCheckpointDirectory(folder.resolve("checkpoints").toString())
                .fit(rows());
        MicsModel joined = estimator(2, false).fit(rows());
        double expected = alone.summary().validationLoss();

        assertThat(separate.summary().lastLoss())
                .isCloseTo(alone.summary().lastLoss(), within(1e-5))
                .isLessThan(separate.summary().firstLoss());
        assertThat(separate.summary().validationLoss()).isCloseTo(expected, within(1e-5));
        assertThat(joined.summary().validationLoss()).isNotCloseTo(expected, within(1e-4));
        assertThatThrownBy(() -> estimator(2, false)
                        .setResumeFrom(CheckpointedFits.of(folder.resolve("checkpoints"), 2)
                                .path()
                                .toString())
                        .fit(rows()))
                .hasMessageContaining("its separateDocuments is true, and separateDocuments is false."
                        + " Set separateDocuments to true, or");
    }
}
