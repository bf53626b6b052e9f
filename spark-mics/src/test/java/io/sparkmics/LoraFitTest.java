package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
