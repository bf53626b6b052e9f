package io.sparkmics.checkpoint.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Unit;
import io.sparkmics.model.bert.Bert;
import io.sparkmics.model.lora.Lora;
import io.sparkmics.model.lora.LoraConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PretrainedFolderTest {

    private static final Configuration HADOOP = new Configuration();
    private static final GptConfig SMALL =
            Gpt.config().layers(1).heads(1).width(4).context(3).vocabularySize(7);
    private static final Model MODEL = SMALL.build();

    @TempDir
    Path folder;

    @BeforeAll
    static void loadNatives() {
        NativeLibraries.load();
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32", "F64"})
    void everyPartOfEveryUnitIsReadFromEveryFloatingType(TensorType type) throws IOException {
        save("model.safetensors", tensors(type));

        assertAllRead(open());
    }

    @Test
    void aModelWithoutAHeadHasNoPrefix() throws IOException {
        save("model.safetensors", renamed(tensors(TensorType.F32), name -> name.replace("transformer.", "")));

        assertAllRead(open());
    }

    @Test
    void aTiedHeadAndWhatOlderVersionsHaveLeftThereAreNotMissed() throws IOException {
        List<TensorInfo> more = new ArrayList<>(tensors(TensorType.F32));
        more.add(new TensorInfo("lm_head.weight", TensorType.F32, List.of(7L, 4L)));
        more.add(new TensorInfo("transformer.h.0.attn.bias", TensorType.BOOL, List.of(1L, 1L, 3L, 3L)));
        more.add(new TensorInfo("transformer.h.0.attn.masked_bias", TensorType.F32, List.of()));
        save("model.safetensors", more);

        assertAllRead(open());
    }

    @Test
    void whatDoesNotBeginWhereItsTypeMayIsReadToo() throws IOException {
        List<TensorInfo> shifted = new ArrayList<>(tensors(TensorType.F32));
        shifted.add(0, new TensorInfo("transformer.h.0.attn.bias", TensorType.BOOL, List.of(1L, 1L, 3L, 3L)));
        save("model.safetensors", shifted);

        assertAllRead(open());
    }

    @Test
    void severalFilesAreReadByTheirIndex() throws IOException {
        List<TensorInfo> all = tensors(TensorType.BF16);
        save("model-00001-of-00002.safetensors", all.subList(0, 5));
        save("model-00002-of-00002.safetensors", all.subList(5, all.size()));
        index(name -> (all.stream().map(TensorInfo::name).toList().indexOf(name) < 5 ? "model-00001" : "model-00002")
                + "-of-00002.safetensors");

        assertAllRead(open());
    }

    @Test
    void rowsOfTokensThatTheFolderHasNotStayAsTheyWere() throws IOException {
        save("model.safetensors", tensors(TensorType.F32));
        Model larger = SMALL.vocabularySize(9).build();
        PretrainedFolder opened = open();
        assertThat(opened.problems(larger)).isEmpty();
        assertThat(opened.grown(larger))
                .contains("file:" + folder
                        + "/ has 7 tokens, and the model 9: those behind start as those of a new model,"
                        + " to be trained.");
        assertThat(opened.grown(MODEL)).isEmpty();
        Unit wte = larger.units().get(0);
        try (PretrainedWeights weights = opened.weights(larger);
                PointerScope scope = new PointerScope()) {
            // From the last old row into the last new one.
            Tensor target = torch.full(new long[] {10}, new Scalar(-5.0));
            weights.read(wte, 25, target);
            float[] values = new float[10];
            new FloatPointer(target.data_ptr()).get(values);
            assertThat(Arrays.copyOf(values, 3)).containsExactly(25, 26, 27);
            assertThat(Arrays.copyOfRange(values, 3, 10)).containsOnly(-5);
        }
        assertThat(opened.problems(SMALL.vocabularySize(6).build()))
                .singleElement()
                .asString()
                .contains("1 of another shape (transformer.wte.weight is [7, 4] and the model's is [6, 4])");
    }

    @Test
    void everythingThatDoesNotFitIsSaidAtOnce() throws IOException {
        List<TensorInfo> wrong = new ArrayList<>(tensors(TensorType.F32));
        wrong.removeIf(tensor -> tensor.name().contains("ln_1"));
        wrong.replaceAll(tensor -> tensor.name().equals("transformer.wpe.weight")
                ? new TensorInfo(tensor.name(), TensorType.F32, List.of(5L, 4L))
                : tensor.name().equals("transformer.ln_f.bias")
                        ? new TensorInfo(tensor.name(), TensorType.I64, List.of(4L))
                        : tensor);
        wrong.add(new TensorInfo("score.weight", TensorType.F32, List.of(2L, 4L)));
        save("model.safetensors", wrong);

        assertThat(open().problems(MODEL))
                .containsExactly("Cannot start from "
                        + "file:" + folder
                        + "/: of its tensors are 2 missing (transformer.h.0.ln_1.weight, transformer.h.0.ln_1.bias),"
                        + " 1 unexpected (score.weight), 1 of another shape (transformer.wpe.weight is [5, 4] and the"
                        + " model's is [3, 4]), transformer.ln_f.bias is I64. Leave the model unset, for that which its"
                        + " config.json describes, or set one that fits.");
    }

    @Test
    void aNumberThatIsNotFiniteIsRefusedByWhoeverReadsIt() throws IOException {
        for (TensorType type : List.of(TensorType.F16, TensorType.BF16, TensorType.F32)) {
            save("model.safetensors", tensors(type));
            byte[] bytes = Files.readAllBytes(folder.resolve("model.safetensors"));
            // The last element: all bits of its exponent.
            bytes[bytes.length - 1] = 0x7f;
            bytes[bytes.length - 2] = (byte) 0xff;
            Files.write(folder.resolve("model.safetensors"), bytes);

            assertThatThrownBy(() -> assertAllRead(open()))
                    .as(type.name())
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("are not finite");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../secret.safetensors", "/etc/x.safetensors", "a/b.safetensors", "other.bin", ".x.safetensors"})
    void anIndexNamesNoFileOfAnotherFolder(String file) throws IOException {
        index(name -> file);

        assertThatThrownBy(this::open)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("it names the file " + file + ", which is none of this folder's");
    }

    @Test
    void anIndexThatIsNotTrueIsRefused() throws IOException {
        save("model-1.safetensors", tensors(TensorType.F32).subList(0, 3));
        index(name -> "model-1.safetensors");

        assertThatThrownBy(this::open)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is not in model-1.safetensors, as it says");
    }

    @Test
    void aFolderWithoutWeightsSaysHowToSaveThem() {
        assertThatThrownBy(this::open)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("it has neither model.safetensors nor model.safetensors.index.json");
    }

    @Test
    void aBertWithoutOurHeadGetsANewOneAndHeadsForSomethingElseStay() throws IOException {
        Model bert = Bert.config().layers(1).heads(1).width(4).build();
        List<TensorInfo> tensors = new ArrayList<>(tensors(bert, TensorType.F32));
        tensors.removeIf(tensor -> tensor.name().startsWith("cls."));
        tensors.add(new TensorInfo("bert.pooler.dense.weight", TensorType.F32, List.of(4L, 4L)));
        tensors.add(new TensorInfo("classifier.bias", TensorType.F32, List.of(3L)));
        tensors.add(new TensorInfo("bert.embeddings.position_ids", TensorType.I64, List.of(1L, 512L)));
        tensors.add(new TensorInfo("cls.predictions.decoder.weight", TensorType.F32, List.of(258L, 4L)));
        for (UnaryOperator<String> rename : List.<UnaryOperator<String>>of(
                name -> name,
                name -> name.replace("bert.", ""),
                name -> name.replace("LayerNorm.weight", "LayerNorm.gamma")
                        .replace("LayerNorm.bias", "LayerNorm.beta"))) {
            save("model.safetensors", renamed(tensors, rename));

            assertThat(open().problems(bert)).isEmpty();
            assertThat(open().drawn(bert, Set.of()))
                    .hasValue("file:" + folder + "/ has no cls.predictions.transform.dense.weight,"
                            + " cls.predictions.transform.dense.bias, cls.predictions.transform.LayerNorm.weight,"
                            + " cls.predictions.transform.LayerNorm.bias, cls.predictions.bias: they start as those of a new"
                            + " model, to be trained.");
            assertNothingButTheHeadIsLeft(bert);
        }
        save("model.safetensors", tensors.subList(1, tensors.size()));
        assertThat(open().problems(bert))
                .hasSize(1)
                .allMatch(problem -> problem.contains("1 missing (bert.embeddings.word_embeddings.weight)"));
    }

    @Test
    void aClassifierWithAdaptersNeedsAPoolerAndGetsANewHead() throws IOException {
        ModelConfig config =
                Bert.config().layers(1).heads(1).width(4).classifier().withOutputs(3);
        Model model = new LoraConfig(config, new Lora(2, 4, 0, List.of())).build();
        List<TensorInfo> tensors = new ArrayList<>(tensors(config.build(), TensorType.F32));
        tensors.removeIf(tensor -> tensor.name().startsWith("classifier"));
        save("model.safetensors", tensors);

        assertThat(open().problems(model)).isEmpty();
        assertThat(open().drawn(model, Set.of("classifier.bias")))
                .hasValue("file:" + folder
                        + "/ has no classifier.weight: they start as those of a new model, to be trained.");
        assertThat(open().drawn(model, Set.of()))
                .hasValue(
                        "file:" + folder
                                + "/ has no classifier.weight, classifier.bias: they start as those of a new model, to be trained.");

        tensors.removeIf(tensor -> tensor.name().startsWith("bert.pooler"));
        save("model.safetensors", tensors);
        assertThat(open().problems(config.build())).isEmpty();
        assertThat(open().problems(model))
                .containsExactly(
                        "Cannot start from file:" + folder
                                + "/: it has no bert.pooler.dense.weight, bert.pooler.dense.bias, and what is frozen would stay"
                                + " as it is drawn. Train the model without adapters first, or start from a folder that has them.");
    }

    private void assertNothingButTheHeadIsLeft(Model bert) {
        try (PointerScope scope = new PointerScope();
                PretrainedWeights weights = open().weights(bert)) {
            for (Unit unit : bert.units()) {
                Tensor target = torch.full(new long[] {unit.size()}, new Scalar(-1.0));
                weights.read(unit, 0, target);
                assertThat(target.eq(new Scalar(-1.0)).any().item_bool())
                        .as(unit.name())
                        .isEqualTo(unit.name().equals("cls.predictions"));
            }
        }
    }

    private PretrainedFolder open() {
        return PretrainedFolder.open(new org.apache.hadoop.fs.Path(folder.toUri()), HADOOP);
    }

    /** Every element is its place in its tensor: mapped, and read in pieces that end inside of tensors. */
    private static void assertAllRead(PretrainedFolder opened) {
        assertThat(opened.problems(MODEL)).isEmpty();
        try (PointerScope scope = new PointerScope();
                PretrainedWeights weights = opened.weights(MODEL)) {
            for (Unit unit : MODEL.units()) {
                float[] expected = new float[(int) unit.size()];
                int at = 0;
                for (Parameter parameter : unit.parameters()) {
                    for (int i = 0; i < parameter.size(); i++) {
                        expected[at++] = i % 100;
                    }
                }
                for (int piece : new int[] {1, 7, expected.length}) {
                    float[] read = new float[expected.length];
                    for (int from = 0; from < read.length; from += piece) {
                        int count = Math.min(piece, read.length - from);
                        Tensor target = torch.empty(
                                new long[] {count}, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
                        weights.read(unit, from, target);
                        new FloatPointer(target.data_ptr()).get(read, from, count);
                    }
                    assertThat(read)
                            .as("%s in pieces of %d", unit.name(), piece)
                            .isEqualTo(expected);
                }
            }
        }
        assertMapped(opened);
    }

    private static void assertMapped(PretrainedFolder opened) {
        Map<String, Tensor> mapped = opened.mapped(MODEL);
        try (PointerScope scope = new PointerScope()) {
            for (Unit unit : MODEL.units()) {
                for (Parameter parameter : unit.parameters()) {
                    Tensor tensor = mapped.get(parameter.name());
                    assertThat(tensor.sizes().vec().get())
                            .containsExactly(parameter.shape().toArray(Long[]::new));
                    assertThat(tensor.scalar_type().intern()).isIn(ScalarType.Float, ScalarType.Double);
                    Tensor values = tensor.to(ScalarType.Double).contiguous();
                    for (int i = 0; i < parameter.size(); i++) {
                        assertThat(new DoublePointer(values.data_ptr()).get(i)).isEqualTo(i % 100);
                    }
                }
            }
        } finally {
            mapped.values().forEach(Tensor::close);
        }
    }

    private static List<TensorInfo> tensors(TensorType type) {
        return tensors(MODEL, type);
    }

    private static List<TensorInfo> tensors(Model model, TensorType type) {
        return model.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .map(parameter -> new TensorInfo(parameter.name(), type, parameter.shape()))
                .toList();
    }

    private static List<TensorInfo> renamed(List<TensorInfo> tensors, UnaryOperator<String> rename) {
        return tensors.stream()
                .map(tensor -> new TensorInfo(rename.apply(tensor.name()), tensor.type(), tensor.shape()))
                .toList();
    }

    /** As another program writes it: header, then the elements. */
    private void save(String name, List<TensorInfo> tensors) throws IOException {
        byte[] header = SafetensorsHeader.of(tensors).toBytes();
        ByteBuffer file = ByteBuffer.allocate(header.length
                        + (int) tensors.stream().mapToLong(TensorInfo::bytes).sum())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(header);
        for (TensorInfo tensor : tensors) {
            for (int i = 0; i < tensor.elements(); i++) {
                put(file, tensor.type(), i % 100);
            }
        }
        Files.write(folder.resolve(name), file.array());
    }

    private static void put(ByteBuffer file, TensorType type, int value) {
        switch (type) {
            case F64 -> file.putDouble(value);
            case F32 -> file.putFloat(value);
            case F16 -> file.putShort(half(value));
            case BF16 -> file.putShort((short) (Float.floatToIntBits(value) >>> 16));
            case I64 -> file.putLong(value);
            default -> file.put(new byte[type.bytes()]);
        }
    }

    /** Of whole numbers below 2048, which a half has all of. */
    private static short half(int value) {
        if (value == 0) {
            return 0;
        }
        int exponent = 31 - Integer.numberOfLeadingZeros(value);
        return (short) (exponent + 15 << 10 | (value << 10 - exponent) & 0x3ff);
    }

    private void index(UnaryOperator<String> file) throws IOException {
        StringBuilder map = new StringBuilder();
        for (TensorInfo tensor : tensors(TensorType.F32)) {
            map.append(map.isEmpty() ? "" : ", ")
                    .append("\"" + tensor.name() + "\": \"" + file.apply(tensor.name()) + "\"");
        }
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" + map + "}}");
    }
}
