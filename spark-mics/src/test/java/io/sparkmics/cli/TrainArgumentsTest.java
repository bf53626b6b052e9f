package io.sparkmics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.MicsEstimator;
import io.sparkmics.model.GptConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainArgumentsTest {

    private static final String[] NEEDED = {"--input", "in", "--output", "out"};

    /** The model's options are its sizes, and how it scores is asked of the trained model. */
    private static final List<String> OTHERS = List.of("model", "batchSize", "lossCol", "tokenCountCol");

    @TempDir
    Path folder;

    private final MicsEstimator estimator = new MicsEstimator();
    private final TrainCommand command = new TrainCommand(estimator);

    @Test
    void helpShowsEveryParamWithItsDocAndDefault() {
        StringWriter out = new StringWriter();

        assertThat(run(out, new StringWriter(), "--help")).isZero();

        String help = out.toString().replaceAll("\\s+", " ");
        for (Param<?> param : estimator.params()) {
            if (!OTHERS.contains(param.name())) {
                assertThat(help)
                        .containsPattern(TrainCommand.flag(param.name()) + "\\[?=")
                        .contains(ParamOptions.described(estimator, param));
            }
        }
        assertThat(help)
                .contains(
                        "learning-rate=DOUBLE the peak of the learning rate; default: 6.0E-4",
                        "a multiple of --micro-batch-size * --num-workers; default: 32",
                        "Checkpoints and restarts: --checkpoint-directory=STRING",
                        "--layers=INTEGER transformer blocks; default: 12");
    }

    @Test
    void flagsSetTheEstimatorsParams() throws IOException {
        parse("--num-workers=4", "--learning-rate", "1e-3", "--shared-work-directory", "--layers=2");

        assertThat(estimator.getNumWorkers()).isEqualTo(4);
        assertThat(estimator.getLearningRate()).isEqualTo(1e-3);
        assertThat(estimator.getSharedWorkDirectory()).isTrue();
        assertThat(((GptConfig) estimator.getModel()).layers()).isEqualTo(2);
        assertThat(estimator.isSet(estimator.seed())).isFalse();
    }

    @Test
    void aModelToStartFromSaysItsOwnSizes() throws IOException {
        parse("--initial-model=/models/gpt2");

        assertThat(estimator.getInitialModel()).isEqualTo("/models/gpt2");
        assertThat(estimator.isDefined(estimator.model())).isFalse();
        assertThat(command.context()).isEmpty();
        parse("--initial-model=/models/gpt2", "--context=512", "--tokenizer=/models/other");
        assertThat(estimator.isDefined(estimator.model())).isFalse();
        assertThat(command.context()).contains(512);
        assertThat(command.tokenizer()).isEqualTo("/models/other");
        StringWriter err = new StringWriter();
        assertThat(run(new StringWriter(), err, all("--initial-model=/models/gpt2", "--context=512", "--width=8")))
                .isOne();
        assertThat(err.toString().strip())
                .isEqualTo(
                        "Cannot set sizes of the model but --context beside --initial-model: its folder says what they are."
                                + " Leave one of both out.");
    }

    @Test
    void aConfigFileSetsWhatTheCommandLineDoesNot() throws IOException {
        Path file = Files.writeString(
                folder.resolve("run.properties"),
                "numWorkers = 8\nmicro-batch-size = 2\nseed = 5\noption.header = true\nsharedWorkDirectory = true\n");

        parse("--config=" + file, "--seed=6");

        assertThat(estimator.getNumWorkers()).isEqualTo(8);
        assertThat(estimator.getMicroBatchSize()).isEqualTo(2);
        assertThat(estimator.getSeed()).isEqualTo(6);
        assertThat(estimator.getSharedWorkDirectory()).isTrue();
        assertThat(command.options).isEqualTo(Map.of("header", "true"));
    }

    @Test
    void whetherToBeVerboseIsKnownBeforeTheArgumentsAreUnderstood() throws IOException {
        Path file = Files.writeString(folder.resolve("run.properties"), "verbose = true\n");

        assertThat(TrainCommand.verbose("--xyzzy", "--verbose")).isTrue();
        assertThat(TrainCommand.verbose("--config=" + file)).isTrue();
        assertThat(TrainCommand.verbose("--config=" + file, "--verbose=false")).isFalse();
        assertThat(TrainCommand.verbose("--config=nowhere.properties", "--help"))
                .isFalse();
    }

    @Test
    void theFormatThatAFilesNameTellsIsTheRemedy() {
        assertThat(FileFormat.remedy("file:/in/a.csv.gz is not a Parquet file. Expected magic number", "parquet"))
                .isEqualTo("The file ends in .csv: set --format csv.");
        assertThat(FileFormat.remedy("Could not read footer for file: s3a://b/in/a.jsonl.", "parquet"))
                .isEqualTo("The file ends in .jsonl: set --format json.");
        assertThat(Stream.of(
                        "file:/in/a.parquet is not a Parquet file",
                        "file:/in/a.json.crc is not a Parquet file",
                        "[PATH_NOT_FOUND] Path does not exist: file:/in/a.json.",
                        "Failed to find the data source: com.databricks.spark.xml"))
                .allSatisfy(reason -> assertThat(FileFormat.remedy(reason, "parquet"))
                        .startsWith("Set --input to what is there, and --format to what it is:"));
    }

    @Test
    void anUnknownOptionIsRefusedWithTheNearestName() {
        assertThat(refusal("--global-batchsize=8"))
                .startsWith(
                        "Cannot use --global-batchsize=8: there is no such option. Did you mean --global-batch-size");
    }

    @Test
    void anUnknownNameInTheConfigFileIsRefusedToo() throws IOException {
        Path file = Files.writeString(folder.resolve("run.properties"), "warmupSteps = 8\n");

        assertThat(refusal("--config", file.toString()))
                .startsWith("Cannot use --warmup-steps=8: there is no such option. Did you mean --warm-up-steps");
    }

    @Test
    void aConfigFileThatIsNotThereIsNamed() {
        assertThat(refusal("--config", "nowhere.properties"))
                .isEqualTo("Cannot read settings from nowhere.properties: there is no such file.");
    }

    @Test
    void whatOthersCallAnOptionIsAnsweredByMeaning() {
        assertThat(refusal("--epochs", "3"))
                .isEqualTo("Cannot use --epochs: there is no such option. Did you mean --max-epochs?");
        assertThat(refusal("--resume_from_checkpoint", "latest"))
                .isEqualTo("Cannot use --resume_from_checkpoint: there is no such option. Did you mean --resume-from?");
        assertThat(refusal("--batch-size=8"))
                .isEqualTo("Cannot use --batch-size=8: there is no such option."
                        + " Did you mean --global-batch-size or --micro-batch-size?");
    }

    @Test
    void allUnknownOptionsAreAnsweredAtOnce() {
        assertThat(refusal("--lr", "1e-3", "--n_embd=64", "--xyzzy"))
                .isEqualTo("Cannot use --lr: there is no such option. Did you mean --learning-rate?"
                        + " Cannot use --n_embd=64: there is no such option. Did you mean --width?"
                        + " Cannot use --xyzzy: there is no such option. See --help.");
    }

    @Test
    void everyMeaningIsAnOption() {
        assertThat(Synonyms.all())
                .flatExtracting(meant -> List.of(meant.split(" or ")))
                .extracting(meant -> meant.split(" ")[0])
                .allSatisfy(option -> assertThat(
                                command.commandLine().getCommandSpec().findOption(option))
                        .as(option)
                        .isNotNull());
    }

    @Test
    void aValueWithoutItsOptionIsRefused() {
        assertThat(refusal("wikipedia"))
                .isEqualTo("Cannot use wikipedia: every value needs an option before it. See --help.");
    }

    @Test
    void aValueOutOfRangeIsRefusedWithWhatIsAllowed() {
        assertThat(refusal("--num-workers=0")).isEqualTo("Cannot set --num-workers to 0: it must be 1 or more.");
        assertThat(refusal("--precision=bf16"))
                .isEqualTo("Cannot set --precision to bf16: it must be one of auto, float32, float64, bfloat16."
                        + " Did you mean bfloat16?");
    }

    @Test
    void aValueOfAnotherTypeIsRefused() {
        assertThat(refusal("--num-workers=many")).contains("--num-workers", "'many' is not an int", "See --help.");
    }

    @Test
    void whatIsRequiredIsNamed() {
        StringWriter err = new StringWriter();

        assertThat(run(new StringWriter(), err)).isEqualTo(1);
        assertThat(err.toString().trim())
                .isEqualTo("Cannot train: Missing required options: '--input=PATH', '--output=FOLDER'. See --help.");
    }

    private void parse(String... arguments) throws IOException {
        CommandLine line = command.commandLine();
        command.configure(line.parseArgs(ConfigFile.expand(all(arguments))));
    }

    /** Neither help nor a refusal leads to work. */
    private int run(StringWriter out, StringWriter err, String... arguments) {
        return command.run(Assertions::fail, new PrintWriter(out), new PrintWriter(err), arguments);
    }

    /** The one line that says what is wrong. */
    private String refusal(String... arguments) {
        StringWriter err = new StringWriter();
        assertThat(run(new StringWriter(), err, all(arguments))).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1);
        return err.toString().trim();
    }

    private static String[] all(String... arguments) {
        return Stream.concat(Arrays.stream(NEEDED), Arrays.stream(arguments)).toArray(String[]::new);
    }
}
