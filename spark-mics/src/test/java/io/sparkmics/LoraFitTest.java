package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.bert.Bert;
import io.sparkmics.model.lora.Lora;
import io.sparkmics.model.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters trained from a DataFrame, saved as PEFT has them and merged. */
@Tag("cluster")
class LoraFitTest {

    @TempDir
    static Path folder;

    private static MicsModel first;

    @BeforeAll
    static void train() throws IOException {
        first = SmallFit.estimator(folder, 2).fit(SmallFit.texts());
        first.write().save(base());
    }

    private static String base() {
        return folder.resolve("base").toString();
    }

    private static MicsEstimator estimator() {
        MicsEstimator estimator = SmallFit.estimator(folder, 3)
                .setInitialModel(base())
                .setLoraRank(2)
                .setLoraAlpha(4)
                .setLoraDropout(0.1)
                .setLoraTargets("c_attn, c_fc")
                .setLearningRate(1e-2)
                .setMinimumLearningRateRatio(1)
                .setWarmUpSteps(0);
        estimator.clear(estimator.model());
        return estimator;
    }

    @Test
    void whatIsSavedIsAnAdapterAndTheModelThatHasIt() throws IOException {
        MicsModel tuned = estimator().fit(SmallFit.texts());

        assertThat(tuned.getModel()).isEqualTo(first.getModel());
        assertThat(tuned.summary().lastLoss()).isLessThan(tuned.summary().firstLoss());
        Path saved = folder.resolve("tuned");
        tuned.write().save(saved.toString());
        Path adapter = saved.resolve("huggingface/adapter");
        JsonNode config = new ObjectMapper().readTree(Files.readString(adapter.resolve("adapter_config.json")));
        assertThat(config.get("peft_type").asText()).isEqualTo("LORA");
        assertThat(config.get("r").asInt()).isEqualTo(2);
        assertThat(config.get("lora_alpha").toString()).isEqualTo("4");
        assertThat(config.get("target_modules").toString()).isEqualTo("[\"c_attn\",\"c_fc\"]");
        assertThat(config.get("base_model_name_or_path").asText()).isEqualTo(base() + "/huggingface");
        assertThat(tensors(adapter.resolve("adapter_model.safetensors")))
                .extracting(TensorInfo::name)
                .containsExactlyInAnyOrder(
                        "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight",
                        "base_model.model.transformer.h.0.attn.c_attn.lora_B.weight",
                        "base_model.model.transformer.h.0.mlp.c_fc.lora_A.weight",
                        "base_model.model.transformer.h.0.mlp.c_fc.lora_B.weight");
        assertThat(tensors(saved.resolve("huggingface/model.safetensors")))
                .extracting(TensorInfo::name)
                .noneMatch(name -> name.contains("lora"));
        List<String> scored = rows(tuned);
        assertThat(rows(MicsModel.load(saved.toString()))).isEqualTo(scored);
        assertThat(scored).isNotEqualTo(rows(first));
    }

    private static List<String> rows(MicsModel model) {
        return model.transform(SmallFit.texts().limit(1)).select("loss", "tokenCount").collectAsList().stream()
                .map(Object::toString)
                .toList();
    }

    private static List<TensorInfo> tensors(Path file) {
        try (SafetensorsReader reader =
                SafetensorsReader.open(new org.apache.hadoop.fs.Path(file.toString()), new Configuration())) {
            return List.copyOf(reader.tensors());
        }
    }

    @Test
    void aRunGoesOnWithItsAdaptersAndWithNoOthers() {
        MicsEstimator estimator = estimator()
                .setMaxSteps(2)
                .setCheckpointInterval(1)
                .setCheckpointDirectory(folder.resolve("checkpoints").toString())
                .setResumeFrom("latest");
        estimator.fit(SmallFit.texts());

        MicsModel longer = estimator.setMaxSteps(3).fit(SmallFit.texts());

        assertThat(longer.summary().steps()).isEqualTo(3);
        assertThat(rows(longer)).isEqualTo(rows(estimator().fit(SmallFit.texts())));
        assertThatThrownBy(() -> estimator.setLoraAlpha(8).setMaxSteps(4).fit(SmallFit.texts()))
                .hasMessageContaining("lora");
    }

    /** The optimizer remembers nothing, and all the rows are a batch. */
    @Test
    void twoStepsAndTwoMoreFromTheAdapterWhichSaysWhatItIsAreFour() throws IOException {
        Dataset<Row> batch = TrainedModel.texts("a text of sixty-four bytes, which with its end are a full batch.");
        MicsEstimator estimator = estimator()
                .setLoraDropout(0)
                .setOptimizer("sgd")
                .setPrecision("float64")
                .setLearningRate(1);
        MicsModel four = estimator.setMaxSteps(4).fit(batch);
        MicsModel two = estimator.setMaxSteps(2).fit(batch);
        String saved = folder.resolve("two").toString();
        two.write().save(saved);

        estimator.clear(estimator.loraRank()).clear(estimator.loraAlpha()).clear(estimator.loraTargets());
        MicsModel further = estimator.setInitialAdapter(saved).fit(batch);

        assertThat(further.summary().finalLoss())
                .isCloseTo(four.summary().finalLoss(), within(1e-9))
                .isLessThan(two.summary().finalLoss() - 1e-3);
        assertThat(((MicsEstimator) further.parent()).isSet(estimator.loraRank()))
                .isFalse();
        assertThatThrownBy(() -> estimator.setInitialModel(saved).fit(batch))
                .as("of the merged model, which has them already")
                .hasMessage(
                        "Cannot go on from initialAdapter beside the model in file:" + saved
                                + "/huggingface: its weights have the adapters merged into them, which would be added again. Set"
                                + " initialModel to the folder that the adapters were trained beside, or leave initialAdapter empty.");
    }

    @Test
    void aClassifiersHeadIsTrainedInFullAndGoneOnWith() throws IOException {
        Dataset<Row> rows = LocalSpark.session()
                .range(0, 8, 1, 1)
                .selectExpr(
                        "transform(sequence(0, int(id)), i -> int(id * 5 + i)) as tokens", "double(id % 2) as label");
        MicsClassifier classifier = PredictorRuns.small(new MicsClassifier(), 8, 2, folder)
                .setModel(
                        Bert.config().layers(1).heads(2).width(16).positions(8).classifier())
                .setFeaturesCol("tokens");
        Path first = folder.resolve("classifier");
        classifier.fit(rows).write().save(first.toString());
        classifier.setInitialModel(first.toString()).setLoraRank(2);

        MicsClassificationModel tuned = classifier.fit(rows);
        Path saved = folder.resolve("tuned-classifier");
        tuned.write().save(saved.toString());

        Path adapter = saved.resolve("huggingface/adapter");
        JsonNode config = new ObjectMapper().readTree(Files.readString(adapter.resolve("adapter_config.json")));
        assertThat(config.get("task_type").asText()).isEqualTo("SEQ_CLS");
        assertThat(config.get("modules_to_save").toString()).isEqualTo("[\"classifier\"]");
        assertThat(tensors(adapter.resolve("adapter_model.safetensors")))
                .extracting(TensorInfo::name)
                .hasSize(2 * 6 + 2)
                .contains("base_model.model.classifier.weight", "base_model.model.classifier.bias")
                .contains("base_model.model.bert.encoder.layer.0.attention.output.dense.lora_A.weight");
        List<Row> scored = scored(tuned, rows);
        assertThat(scored(MicsClassificationModel.load(saved.toString()), rows)).isEqualTo(scored);
        assertThat(scored(MicsClassificationModel.load(first.toString()), rows)).isNotEqualTo(scored);
        // A step so small that it changes nothing that could be seen.
        classifier.clear(classifier.loraRank());
        classifier.setInitialAdapter(saved.toString()).setMaxSteps(1).setLearningRate(1e-15);
        List<Row> further = scored(classifier.fit(rows), rows);
        for (int row = 0; row < scored.size(); row++) {
            assertThat(further.get(row).<Vector>getAs(0).toArray())
                    .containsExactly(scored.get(row).<Vector>getAs(0).toArray(), within(1e-12));
        }
    }

    private static List<Row> scored(MicsClassificationModel model, Dataset<Row> rows) {
        return model.transform(rows).select("rawPrediction").collectAsList();
    }

    @Test
    void anAdapterThatDoesNotFitIsRefusedBeforeAnythingStarts() throws IOException {
        Path saved = folder.resolve("other");
        estimator().setMaxSteps(1).fit(SmallFit.texts()).write().save(saved.toString());

        assertThatThrownBy(() -> estimator()
                        .setInitialAdapter(saved.toString())
                        .setLoraRank(3)
                        .setGlobalBatchSize(5)
                        .fit(SmallFit.texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot split a global batch of 5 sequences: ")
                .hasMessageContaining("Cannot go on from the adapter in file:" + saved
                        + "/huggingface/adapter: r is 2 and must be 3, of its tensors are 4 of another shape (");
        assertThatThrownBy(() -> estimator().setInitialAdapter(base()).fit(SmallFit.texts()))
                .hasMessageContaining("it has no adapter_config.json.");
        assertThatThrownBy(() -> estimator()
                        .setInitialAdapter(saved.toString())
                        .setLoraRank(0)
                        .fit(SmallFit.texts()))
                .hasMessage(
                        "Cannot go on from initialAdapter: loraRank is 0, and no adapters are trained. Set loraRank,"
                                + " loraAlpha and loraTargets to those of the adapter, or leave initialAdapter empty.");
    }

    @Test
    void whatAnAdapterIsItsFolderSaysWhereNothingIsSet() throws IOException {
        Path saved = folder.resolve("described");
        estimator().setMaxSteps(1).fit(SmallFit.texts()).write().save(saved.toString());
        MicsEstimator open = undescribed().setModel(first.getModel()).setInitialAdapter(saved.toString());

        MicsEstimator decided = open.decided(SmallFit.texts());

        assertThat(decided.adapted(first.getModel()))
                .isEqualTo(new LoraConfig(first.getModel(), new Lora(2, 4, 0.1, List.of("c_attn", "c_fc"))));
        assertThat(decided.decided(SmallFit.texts())).isSameAs(decided);
        assertThat(open.setLoraDropout(0.2).decided(SmallFit.texts()).getLoraDropout())
                .isEqualTo(0.2);
    }

    /** Although only the folder, or the model, could say which adapters there are to be. */
    @ParameterizedTest
    @ValueSource(strings = {"", "latest"})
    void whatIsWrongWithAnAdapterIsSaidWithAllElse(String resumeFrom) {
        MicsEstimator estimator = undescribed()
                .setInitialAdapter(base())
                .setCheckpointDirectory(folder.resolve("none").toString())
                .setResumeFrom(resumeFrom)
                .setGlobalBatchSize(5);

        assertThatThrownBy(() -> estimator.fit(SmallFit.texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot split a global batch of 5 sequences: ")
                .hasMessageContaining(
                        "Cannot go on from the adapter in file:" + base() + ": it has no adapter_config.json.");
        estimator.setModel(Gpt.config().layers(1).heads(3).width(16));
        assertThatThrownBy(() -> estimator.fit(SmallFit.texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot split a global batch of 5 sequences: ")
                .hasMessageContaining("Cannot build a GPT: width 16 is not a multiple of 3 heads.");
    }

    private static MicsEstimator undescribed() {
        MicsEstimator estimator = estimator();
        estimator
                .clear(estimator.loraRank())
                .clear(estimator.loraAlpha())
                .clear(estimator.loraDropout())
                .clear(estimator.loraTargets());
        return estimator;
    }

    @Test
    void whatIsWrongIsSaidBeforeAnythingStarts() {
        assertThatThrownBy(() -> estimator().setLoraTargets("q_proj").fit(SmallFit.texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "Cannot adapt the model: it has no projection q_proj. Choose of c_attn, c_fc, c_proj");
        assertThatThrownBy(() -> estimator()
                        .setInitialModel("")
                        .setModel(first.getModel())
                        .fit(SmallFit.texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Cannot train adapters beside a model that knows nothing");
        assertThatThrownBy(() -> estimator()
                        .setInitialModel("")
                        .setModel(first.getModel())
                        .setCheckpointInterval(1)
                        .setCheckpointDirectory(folder.resolve("none").toString())
                        .setResumeFrom("latest")
                        .fit(SmallFit.texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Cannot train adapters beside a model that knows nothing");
        assertThatThrownBy(() -> estimator().setLoraRank(-1))
                .hasMessage("Cannot set loraRank to -1: it must be 0 or more.");
    }
}
