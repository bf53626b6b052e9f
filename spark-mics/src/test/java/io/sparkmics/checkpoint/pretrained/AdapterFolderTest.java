package io.sparkmics.checkpoint.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.lora.Lora;
import io.sparkmics.model.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterFolderTest {

    private static final String CONFIG =
            "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 4, \"lora_dropout\": 0.25, \"target_modules\": [\"c_attn\"], \"bias\": \"none\","
                    + " \"use_rslora\": false, \"rank_pattern\": {}, \"init_lora_weights\": true}";

    @TempDir
    Path folder;

    private static LoraConfig model(int rank, double alpha, String target) {
        return new LoraConfig(
                Gpt.config().layers(1).heads(1).width(4).context(3).vocabularySize(7),
                new Lora(rank, alpha, 0, List.of(target)));
    }

    private static List<TensorInfo> tensors() {
        return model(2, 4, "c_attn").build().trainedUnits().stream()
                .flatMap(unit -> unit.parameters().stream())
                .map(parameter ->
                        new TensorInfo(AdapterFolder.PREFIX + parameter.name(), TensorType.F32, parameter.shape()))
                .toList();
    }

    private static void save(Path folder, String config, List<TensorInfo> tensors) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(AdapterFolder.CONFIG), config);
        SafetensorsHeader header = SafetensorsHeader.of(tensors);
        Files.write(
                folder.resolve(AdapterFolder.WEIGHTS),
                Arrays.copyOf(header.toBytes(), Math.toIntExact(header.fileLength())));
    }

    private AdapterFolder open() {
        return AdapterFolder.open(new org.apache.hadoop.fs.Path(folder.toUri()), new Configuration());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "adapter", "huggingface/adapter"})
    void aFolderOfPeftAndASavedModelThatHasOneInsideAreTaken(String inside) throws IOException {
        save(folder.resolve(inside), CONFIG, tensors());

        assertThat(open().problems(model(2, 4, "c_attn"))).isEmpty();
    }

    @Test
    void whatItsAdaptersAreIsToldOfItsTensorsWhereThereIsOnlyAPattern() throws IOException {
        save(folder, CONFIG.replace("[\"c_attn\"]", "\".*attn[.]c_attn\""), tensors());

        assertThat(open().lora(model(3, 5, "c_fc").base().build())).isEqualTo(new Lora(2, 4, 0.25, List.of("c_attn")));
    }

    @Test
    void weightsOfAnotherFormatAreAskedForAgain() throws IOException {
        save(folder, CONFIG, tensors());
        Files.move(folder.resolve(AdapterFolder.WEIGHTS), folder.resolve("adapter_model.bin"));

        assertThatThrownBy(this::open)
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith(
                        ": it has no adapter_model.safetensors. Let PEFT save it with safe_serialization=True.");
    }

    @Test
    void aRankThatIsNoneIsNamed() throws IOException {
        save(folder, CONFIG.replace("\"r\": 2", "\"r\": \"two\""), tensors());
        AdapterFolder opened = open();

        assertThatThrownBy(() -> opened.lora(model(3, 5, "c_fc").base().build()))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "Cannot go on from the adapter in file:" + folder
                                + "/: r is two and must be a positive number. Mend its adapter_config.json, or name another folder.");
    }

    @Test
    void allThatDoesNotAgreeIsSaidAtOnce() throws IOException {
        save(folder, CONFIG, tensors());

        assertThat(open().problems(model(3, 5, "c_fc")))
                .containsExactly("Cannot go on from the adapter in file:" + folder
                        + "/: r is 2 and must be 3, lora_alpha is 4 and must be 5.0, of its tensors are 2 missing"
                        + " (transformer.h.0.mlp.c_fc.lora_A.weight, transformer.h.0.mlp.c_fc.lora_B.weight), 2"
                        + " unexpected (transformer.h.0.attn.c_attn.lora_A.weight,"
                        + " transformer.h.0.attn.c_attn.lora_B.weight). Its adapter_config.json says r = 2, lora_alpha = 4"
                        + " and target_modules = [c_attn]: set loraRank, loraAlpha and loraTargets to these, or name another"
                        + " folder.");
    }

    /** The same numbers would make something else, or are not all there is. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LORA | LOHA | peft_type is LOHA and must be LORA",
                "0.25 | 1 | lora_dropout is 1 and must be in [0, 1)",
                "none | all | bias is all and must be none",
                "false | true | use_rslora is true and must be false",
                "{} | {\"c_attn\": 3} | rank_pattern is {c_attn=3} and must be {}",
                "true | \"pissa\" | init_lora_weights is pissa and must be one of [gaussian, false, true]"
            })
    void whatOursCannotBeIsNamed(String plain, String other, String problem) throws IOException {
        save(folder, CONFIG.replace(plain, other), tensors());

        assertThat(open().problems(model(2, 4, "c_attn")))
                .hasSize(1)
                .allMatch(text -> text.contains(": " + problem + ". "));
    }

    @Test
    void tensorsThatAreNoNumbersOrHaveNoPrefixAreNamed() throws IOException {
        List<TensorInfo> tensors = new ArrayList<>(tensors());
        TensorInfo first = tensors.remove(0);
        tensors.add(new TensorInfo(first.name(), TensorType.I64, first.shape()));
        tensors.add(new TensorInfo("extra", TensorType.F32, List.of(1L)));
        save(folder, CONFIG, tensors);

        assertThat(open().problems(model(2, 4, "c_attn")))
                .hasSize(1)
                .allMatch(text -> text.contains("of its tensors are 1 unexpected (extra without base_model.model.), "
                        + first.name() + " is I64. Its "));
    }

    @Test
    void aFolderWithoutAnAdapterIsNamed() {
        assertThatThrownBy(this::open)
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Cannot go on from the adapter in file:" + folder
                        + "/: it has no adapter_config.json. Name a folder that PEFT's save_pretrained has written, or a"
                        + " model that was saved with adapters.");
    }
}
