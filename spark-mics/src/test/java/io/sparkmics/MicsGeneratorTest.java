package io.sparkmics;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.scoring.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Prompts of a column become texts: each as the model alone makes it of that prompt. */
@Tag("cluster")
class MicsGeneratorTest {

    private static final int TOKENS = 2 * TrainedModel.CONTEXT;
    private static final String[] PROMPTS = {
        "the qu", "document", "d", "the quick brown fox jumps over", "", "the qu", "w\u00f6rld"
    };

    @TempDir
    static Path folder;

    private static MicsModel model;

    @BeforeAll
    static void train() throws IOException {
        model = TrainedModel.estimator().fit(TrainedModel.frame());
        model.write().save(folder.resolve("model").toString());
    }

    private static MicsGenerator generator() {
        return model.generator().setMaxNewTokens(TOKENS).setBatchSize(3);
    }

    private static Map<Integer, String> texts(Dataset<Row> generated) {
        Map<Integer, String> texts = new TreeMap<>();
        generated.collectAsList().forEach(row -> texts.put(row.getAs("id"), row.getAs("generated")));
        return texts;
    }

    @Test
    void eachRowHasWhatTheModelMakesOfItsPrompt() {
        Map<Integer, String> texts = texts(generator()
                .setTemperature(1)
                .setTopK(0)
                .setTopP(0.9)
                .setSeed(7)
                .transform(TrainedModel.texts(PROMPTS)));

        for (int row = 0; row < PROMPTS.length; row++) {
            String alone = model.generate(PROMPTS[row], TOKENS, new Sampling(1, 0, 0.9, 7));
            assertThat(PROMPTS[row] + texts.get(row)).as(PROMPTS[row]).isEqualTo(alone);
        }
        assertThat(texts.get(0)).isEqualTo(texts.get(5));
    }

    @Test
    void neitherPartitionsNorBatchesNorTheOrderMatter() {
        MicsGenerator generator = generator().setTemperature(1);
        Map<Integer, String> texts = texts(generator.transform(TrainedModel.texts(PROMPTS)));

        assertThat(texts(generator
                        .setBatchSize(1)
                        .transform(TrainedModel.texts(PROMPTS)
                                .coalesce(1)
                                .orderBy(col("id").desc()))))
                .isEqualTo(texts);
        assertThat(texts(generator
                        .setBatchSize(16)
                        .transform(TrainedModel.texts(PROMPTS).repartition(5))))
                .isEqualTo(texts);
        assertThat(texts(generator.setSeed(1).transform(TrainedModel.texts(PROMPTS))))
                .isNotEqualTo(texts);
    }

    @Test
    void otherColumnsStayAndNoPromptHasNoText() {
        Dataset<Row> frame = TrainedModel.texts(PROMPTS)
                .withColumn("Text2", expr("if(id = 1, null, text)"))
                .withColumn("a.b", expr("named_struct('x', array(id), 'y', cast(1.5 as decimal(7,3)))"));
        MicsGenerator generator = generator().setInputCol("text2").setOutputCol("what.follows");

        Dataset<Row> generated = generator.transform(frame);

        assertThat(generated.schema()).isEqualTo(generator.transformSchema(frame.schema()));
        assertThat(generated.select("id", "text", "Text2", "`a.b`").collectAsList())
                .containsExactlyInAnyOrderElementsOf(frame.collectAsList());
        assertThat(generated.filter("`what.follows` is null").select("id").collectAsList())
                .extracting(row -> row.getInt(0))
                .containsExactly(1);
    }

    @Test
    void idsGoOnAsIds() {
        MicsGenerator generator = generator().setTemperature(0);
        Dataset<Row> ids = TrainedModel.texts("the qu", "fox").selectExpr("id", "text");
        Dataset<Row> tokens = new MicsTokenizer()
                .setTokenizer(folder.resolve("model").toString())
                .setOutputCol("ids")
                .transform(ids);

        List<Row> rows = generator.setInputCol("ids").transform(tokens).collectAsList();

        for (Row row : rows) {
            List<Integer> added = row.getList(3);
            StringBuilder text = new StringBuilder(row.getString(1));
            added.forEach(id -> text.append((char) (int) id));
            assertThat(text).hasToString(model.generate(row.getString(1), TOKENS, new Sampling(0, 0, 1)));
        }
        assertThatThrownBy(() -> generator
                        .setOutputCol("more")
                        .transform(tokens.withColumn("ids", expr("cast(array() as array<int>)")))
                        .collectAsList())
                .hasStackTraceContaining("Cannot go on from a row without token ids");
    }

    @Test
    void aTextEndsAtTheTokenThatIsSet() {
        String whole = model.generate("the qu", TOKENS, new Sampling(0, 0, 1)).substring(6);
        int stop = whole.charAt(5);

        Row row = generator()
                .setTemperature(0)
                .setStopTokenId(stop)
                .transform(TrainedModel.texts("the qu"))
                .first();

        assertThat(row.<String>getAs("generated")).isEqualTo(whole.substring(0, whole.indexOf(stop)));
    }

    @Test
    void savedModelsAreTakenByTheirPath() {
        Map<Integer, String> texts = texts(generator().transform(TrainedModel.texts(PROMPTS)));

        for (String path : List.of("model", "model/huggingface")) {
            assertThat(texts(generatorOf(path).transform(TrainedModel.texts(PROMPTS))))
                    .isEqualTo(texts);
        }
    }

    private static MicsGenerator generatorOf(String path) {
        return new MicsGenerator()
                .setModelFolder(folder.resolve(path).toString())
                .setMaxNewTokens(TOKENS);
    }

    @Test
    void whatIsSavedInAPipelineGeneratesTheSame() throws IOException {
        Dataset<Row> prompts = TrainedModel.texts(PROMPTS);
        PipelineModel pipeline = new Pipeline()
                .setStages(
                        new PipelineStage[] {generator(), generatorOf("model").setOutputCol("again")})
                .fit(prompts);
        List<Row> generated = pipeline.transform(prompts).orderBy("id").collectAsList();

        pipeline.write().save(folder.resolve("pipeline").toString());

        assertThat(PipelineModel.load(folder.resolve("pipeline").toString())
                        .transform(prompts)
                        .orderBy("id")
                        .collectAsList())
                .isEqualTo(generated);
        assertThat(generated).allMatch(row -> row.getString(2).equals(row.getString(3)));
    }

    @Test
    void whatIsWrongIsSaidBeforeAnythingIsGenerated() throws IOException {
        Dataset<Row> frame = TrainedModel.texts("a");
        Path other = Files.createDirectory(folder.resolve("other"));

        assertThatThrownBy(() -> new MicsGenerator().transform(frame))
                .hasMessage(
                        "Cannot generate text: no model is set. Call setModelFolder with a folder that save_pretrained or"
                                + " MicsModel.write has written, or take the generator of a MicsModel.");
        assertThatThrownBy(
                        () -> generator().setInputCol("id").setOutputCol("text").transform(frame))
                .hasMessageContaining("Cannot use 'id' as the input column: its type is int.")
                .hasMessageContaining("Cannot add the column 'text'");
        assertThatThrownBy(() -> generatorOf("other").transform(frame))
                .hasMessageContaining(other + ": it has neither");
        assertThatThrownBy(() -> generator().setTopP(0))
                .hasMessage("Cannot set topP to 0.0: it must be more than 0, and 1 at most.");
    }

    static Stream<Param<?>> params() {
        return Arrays.stream(new MicsGenerator().params());
    }

    @ParameterizedTest
    @MethodSource("params")
    void everyParamHasADefaultASetterAndAGetter(Param<?> param) throws ReflectiveOperationException {
        MicsGenerator generator = new MicsGenerator();
        String name = param.name().substring(0, 1).toUpperCase(Locale.ROOT)
                + param.name().substring(1);
        Class<?> type = MicsGenerator.class.getMethod("get" + name).getReturnType();
        Object other = Map.of(int.class, 7, long.class, 7L, double.class, 0.5, String.class, "other")
                .get(type);

        assertThat(generator.hasDefault(generator.getParam(param.name()))).isTrue();
        assertThat(MicsGenerator.class.getMethod("set" + name, type).invoke(generator, other))
                .isSameAs(generator);
        assertThat(MicsGenerator.class.getMethod("get" + name).invoke(generator))
                .isEqualTo(other);
        assertThat(MicsGenerator.class.getMethod(param.name()).invoke(generator))
                .isEqualTo(generator.getParam(param.name()));
    }
}
