package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A training that starts from what another has saved. */
@Tag("cluster")
class PretrainedFitTest {

    @TempDir
    static Path folder;

    private static MicsModel first;

    @BeforeAll
    static void train() throws IOException {
        first = TrainedModel.estimator().setMaxShardSize("1KB").fit(TrainedModel.frame());
        first.write().save(saved());
        assertThat(folder.resolve("first/huggingface/model.safetensors.index.json"))
                .isNotEmptyFile();
    }

    private static String saved() {
        return folder.resolve("first").toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void itGoesOnWhereTheOtherEnded(int partitionGroupSize) {
        MicsEstimator estimator = small().setPartitionGroupSize(partitionGroupSize);

        MicsModel second = estimator.fit(TrainedModel.frame());

        assertThat(second.getModel()).isEqualTo(first.getModel());
        assertThat(second.parent()).isSameAs(estimator);
        assertThat(estimator.isSet(estimator.model())).isFalse();
        // A step so small that it changes nothing that could be seen.
        assertThat(second.summary().firstLoss()).isLessThan(first.summary().lastLoss() + 0.1);
        assertThat(TrainedModel.byId(second.transform(TrainedModel.frame())).toString())
                .isEqualTo(
                        TrainedModel.byId(first.transform(TrainedModel.frame())).toString());
    }

    @Test
    void aModelThatDoesNotFitIsRefusedBeforeAnythingStarts() {
        assertThatThrownBy(() -> small().setModel(
                                Gpt.config().layers(2).heads(2).width(16).context(16))
                        .fit(TrainedModel.frame()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot start from file:" + saved()
                        + "/huggingface: of its tensors are 12 missing (transformer.h.1.attn.c_attn.weight, ");
    }

    @Test
    void tokensOfAnotherTokenizerAreNotMadeOfText() {
        Dataset<Row> ids = TrainedModel.frame()
                .select(functions.expr("array(1, 2, 3, 4, 5)").as("ids"));
        MicsModel wider = TrainedModel.estimator()
                .setModel(Gpt.config().layers(1).heads(1).width(4).context(3).vocabularySize(300))
                .setInputCol("ids")
                .setMaxSteps(1)
                .fit(ids);
        String path = folder.resolve("wider").toString();
        try {
            wider.write().save(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }

        assertThatThrownBy(() -> wider.generate("a", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot generate text: the model has a vocabulary of 300, ")
                .hasMessageEndingWith(
                        " has no tokenizer.json, and the built-in tokenizer has 257 ids. Put the tokenizer's"
                                + " files there.");
        assertThatThrownBy(() -> small().setInitialModel(path).fit(TrainedModel.frame()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "Cannot start from file:" + path + "/huggingface with text: text becomes bytes, and"
                                + " the folder's 300 tokens are of another tokenizer. Put a MicsTokenizer before the estimator,"
                                + " and let inputCol name its outputCol.");
    }

    @Test
    void aRunThatGoesOnFromACheckpointDoesWithoutTheFolder() throws IOException {
        String checkpoints = folder.resolve("checkpoints").toString();
        Path gone = folder.resolve("gone");
        first.write().save(gone.toString());
        MicsEstimator estimator = small().setInitialModel(gone.toString())
                .setModel(first.getModel())
                .setMaxSteps(2)
                .setCheckpointInterval(1)
                .setCheckpointDirectory(checkpoints)
                .setResumeFrom("latest");
        estimator.fit(TrainedModel.frame());
        Files.move(gone, folder.resolve("elsewhere"));

        MicsModel longer = estimator.setMaxSteps(3).fit(TrainedModel.frame());

        assertThat(longer.summary().steps()).isEqualTo(3);
        assertThatThrownBy(() -> estimator
                        .setCheckpointDirectory(folder.resolve("none").toString())
                        .fit(TrainedModel.frame()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Cannot start from file:" + gone);
    }

    @Test
    void aPasswordInAPathIsNotRepeated() {
        assertThatThrownBy(() ->
                        small().setInitialModel("s3a://user:secret@bucket/t").fit(TrainedModel.frame()))
                .hasMessageContaining("it has a password in it")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aFolderThatIsNoneIsNamed() {
        assertThatThrownBy(() -> small().setInitialModel("/absent/model").fit(TrainedModel.frame()))
                .hasMessageContaining("Cannot read file:/absent/model/config.json: ");
    }

    private static MicsEstimator small() {
        MicsEstimator estimator = TrainedModel.estimator()
                .setInitialModel(saved())
                .setMaxSteps(1)
                .setWarmUpSteps(0)
                .setLearningRate(1e-12)
                .setWeightDecay(0);
        estimator.clear(estimator.model());
        return estimator;
    }
}
