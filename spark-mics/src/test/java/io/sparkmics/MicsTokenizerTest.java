package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.data.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizer that we save says in Hugging Face's words what the built-in one does: so both must give the same ids. */
@Tag("cluster")
class MicsTokenizerTest {

    private static final String[] TEXTS = {"", "hello w\u00f6rld", " two  spaces\n", "\ud83d\ude80 a <|endoftext|> b"};

    @TempDir
    static Path folder;

    @BeforeAll
    static void save() throws IOException {
        TrainedModel.estimator()
                .setMaxSteps(1)
                .fit(TrainedModel.frame())
                .write()
                .save(folder.resolve("model").toString());
    }

    private static MicsTokenizer tokenizer() {
        return new MicsTokenizer().setTokenizer(folder.resolve("model").toString());
    }

    @Test
    void rowsGetTheIdsOfTheTokenizer() {
        Dataset<Row> tokens = tokenizer().transform(TrainedModel.texts(TEXTS)).orderBy("id");

        List<Row> rows = tokens.select("tokens").collectAsList();
        for (int row = 0; row < TEXTS.length; row++) {
            assertThat(rows.get(row).<Integer>getList(0)).as(TEXTS[row]).containsExactly(boxed(expected(TEXTS[row])));
        }
    }

    /** What is made once and trained on often: files, their number and the order of rows in them change nothing. */
    @Test
    void idsThatWereWrittenOnceTrainAsTheTextDoes() {
        MicsEstimator estimator =
                TrainedModel.estimator().setInputCol("tokens").setMaxSteps(5).setEndOfTextId(256);
        PipelineModel fromText = new Pipeline()
                .setStages(new PipelineStage[] {tokenizer(), estimator})
                .fit(TrainedModel.frame());
        String files = folder.resolve("tokens.parquet").toString();
        tokenizer()
                .transform(TrainedModel.frame())
                .orderBy(functions.desc("text"))
                .select("tokens")
                .repartition(5)
                .write()
                .parquet(files);

        MicsModel fromFiles = estimator.fit(LocalSpark.session().read().parquet(files));

        assertThat(CheckpointedFits.history(fromFiles)).hasSize(5).isEqualTo(CheckpointedFits.history((MicsModel)
                fromText.stages()[1]));
    }

    @Test
    void aTextGoesThereAndBack() {
        for (String text : TEXTS) {
            assertThat(tokenizer().encode(text)).as(text).isEqualTo(expected(text));
            assertThat(tokenizer().decode(tokenizer().encode(text))).isEqualTo(text);
        }
    }

    @Test
    void aSpecialTokenIsFoundInATextUnlessTheTokenizerSaysNot() throws IOException {
        Path config = folder.resolve("model/huggingface/tokenizer_config.json");
        assertThat(Files.readString(config)).containsPattern("\"split_special_tokens\" : true");
        Path alone = Files.copy(folder.resolve("model/huggingface/tokenizer.json"), folder.resolve("alone.json"));

        assertThat(tokenizer().encode("<|endoftext|>")).hasSize(13);
        assertThat(tokenizer().setTokenizer(alone.toString()).encode("<|endoftext|>"))
                .containsExactly(256);
        assertThat(tokenizer().decode(new int[] {97, 256})).isEqualTo("a<|endoftext|>");
    }

    @Test
    void rowsThatTheDriverHoldsAreTokenizedThere() {
        Dataset<Row> local = LocalSpark.session()
                .createDataset(List.of("ab", "c"), Encoders.STRING())
                .toDF("text");

        assertThat(tokenizer().transform(local).select("tokens").collectAsList())
                .extracting(row -> row.getList(0))
                .containsExactly(List.of(97, 98), List.of(99));
    }

    @Test
    void aTokenThatWasAddedAndIsNotSpecialIsFoundWhateverTheSwitchSays() throws IOException {
        Path ours = folder.resolve("model/huggingface");
        String json = Files.readString(ours.resolve("tokenizer.json"))
                .replaceFirst("\"special\" : true", "\"special\" : false");
        Path other = Files.createDirectory(folder.resolve("added"));
        Files.writeString(other.resolve("tokenizer.json"), json);
        Files.copy(ours.resolve("tokenizer_config.json"), other.resolve("tokenizer_config.json"));

        assertThat(tokenizer().setTokenizer(other.toString()).encode("<|endoftext|>"))
                .containsExactly(256);
    }

    @Test
    void aPasswordInAPathIsNotRepeated() {
        assertThatThrownBy(() ->
                        tokenizer().setTokenizer("s3a://user:secret@bucket/t").encode("a"))
                .hasMessageContaining("it has a password in it")
                .hasMessageNotContaining("secret");
        assertThat(tokenizer().setTokenizer("s3a://user:secret@bucket/t").toString())
                .doesNotContain("secret");
    }

    @Test
    void noTextHasNoTokens() {
        Dataset<Row> nothing = TrainedModel.texts("a").selectExpr("cast(null as string) as text");

        assertThat(tokenizer().transform(nothing).first().isNullAt(1)).isTrue();
    }

    @Test
    void aSavedOneIsTheSame() throws IOException {
        String path = folder.resolve("tokenizer").toString();
        tokenizer().setOutputCol("ids").write().overwrite().save(path);

        assertThat(MicsTokenizer.load(path)
                        .transform(TrainedModel.texts("ab"))
                        .select("ids")
                        .first()
                        .<Integer>getList(0))
                .containsExactly(97, 98);
    }

    @Test
    void whatIsWrongIsSaidWithTheRemedy() throws IOException {
        Dataset<Row> frame = TrainedModel.texts("a");
        assertThatThrownBy(() -> new MicsTokenizer().transform(frame))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Cannot tokenize: no tokenizer is set.");
        assertThatThrownBy(() -> tokenizer().setTokenizer("/absent").transform(frame))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("Cannot read the tokenizer file:/absent: it is not there");
        assertThatThrownBy(
                        () -> tokenizer().setInputCol("id").setOutputCol("text").transform(frame))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Cannot use 'id' as the input column: its type is int. It must be string.")
                .hasMessageContaining("Cannot add the column 'text': the frame has one of this name.");
        assertThatThrownBy(() -> tokenizer().setTokenizer(folder.toString()).encode("a"))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("Cannot read the tokenizer in file:" + folder + ": there is no tokenizer.json. Save it with"
                        + " save_pretrained of a tokenizer that is fast.");
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"model\": 1}");
        assertThatThrownBy(() -> tokenizer().setTokenizer(broken.toString()).encode("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot read the tokenizer file:" + broken + ": ")
                .hasMessageEndingWith("Save it with save_pretrained of a tokenizer that is fast.");
    }

    private static int[] expected(String text) {
        return ByteTokenizer.encode(text);
    }

    private static Integer[] boxed(int[] ids) {
        return Arrays.stream(ids).boxed().toArray(Integer[]::new);
    }
}
