package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.job.cluster.GpuTasks;
import io.sparkmics.job.settings.CollectiveSettings;
import io.sparkmics.job.settings.ComputeSettings;
import io.sparkmics.job.settings.GoodSettings;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.job.settings.WorkDirectorySettings;
import io.sparkmics.job.settings.WorldSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.WrappedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class PreflightTest {

    private static final GptConfig MODEL = Gpt.config().layers(1).heads(1).width(4);
    private static final String FRAME = "text STRING, held BOOLEAN, number INT";

    private final SparkConf conf = new SparkConf(false);

    @Test
    void aGoodRunPasses() {
        assertThatCode(() -> check(settings(MODEL, "text", "held", 2, "file:/anywhere", false)))
                .doesNotThrowAnyException();
        assertThatCode(() -> check(settings(MODEL, "text", "", 2, "", false))).doesNotThrowAnyException();
    }

    @Test
    void everyProblemIsSaidAtOnce() {
        conf.set("spark.dynamicAllocation.enabled", "true").set("spark.network.crypto.enabled", "true");
        GptConfig model = MODEL.heads(3).vocabularySize(100);

        assertThatThrownBy(() -> check(settings(model, "text", "split", 4, "nowhere://models", false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        String.join(
                                "\n",
                                "Cannot split 6 workers into partition groups of 4: 6 is not a multiple of it. "
                                        + "Set partitionGroupSize to one of 1, 2, 3, 6, or to 0 for the one that fits with the shortest predicted step.",
                                "Cannot split a global batch of 32 sequences: it is not a multiple of micro-batch size 4 x world "
                                        + "size 6 = 24. Set the global batch size to 24 or 48.",
                                "Cannot build a GPT: width 4 is not a multiple of 3 heads. Choose a width of 3, or other heads.",
                                "Cannot find the validation indicator column 'split': the columns are text, held, number.",
                                "Cannot tokenize column 'text' with a vocabulary of 100: text needs 257. Set a larger vocabulary.",
                                "Cannot run a barrier stage with dynamic allocation: Spark refuses it, and "
                                        + "spark.dynamicAllocation.enabled is true. Set it to false and ask for 6 slots.",
                                "Cannot keep the collectives as private as this Spark is told to be: spark.network.crypto.enabled "
                                        + "is true, and ranks send weights and gradients in plain text. Set "
                                        + "acceptPlainTextCollectives if the network between the executors is trusted.",
                                "Cannot keep the model in nowhere://models: No FileSystem for scheme \"nowhere\". Set "
                                        + "workDirectory to a path on a file system that Hadoop knows here, or leave it empty."));
    }

    @Test
    void textEndsAsTheTokenizerSaysWhateverItsCollationAndReadyIdsAsTheParamSays() {
        String text = "text STRING COLLATE UTF8_LCASE";
        String ids = "text ARRAY<INT>";

        assertThat(endOfText(text, -1)).hasValue(ByteTokenizer.END_OF_TEXT);
        assertThat(endOfText(text, 256)).hasValue(ByteTokenizer.END_OF_TEXT);
        assertThat(endOfText(ids, -1)).isEmpty();
        assertThat(endOfText(ids, -2)).isEmpty();
        assertThat(endOfText(ids, 7)).hasValue(7);
    }

    private static OptionalInt endOfText(String frame, int endOfTextId) {
        return Preflight.dataSettings(ending(endOfTextId), StructType.fromDDL(frame))
                .endOfText();
    }

    @Test
    void anotherEndOfTextThanTheTokenizersIsRefusedForText() {
        assertThatThrownBy(() -> check(ending(299)))
                .hasMessage(
                        "Cannot end the rows of column 'text' with token 299: the column is text, which the built-in"
                                + " tokenizer ends with 256. Leave endOfTextId unset, or tokenize the text and train on ids.");
    }

    private static TrainingSettings ending(int endOfTextId) {
        return settings(MODEL.vocabularySize(300), "text", "", endOfTextId, 2, "", false, "auto");
    }

    @Test
    void documentsThatNothingEndsCannotBeSeparated() {
        assertThatThrownBy(() -> Preflight.check(
                        separate(MODEL.vocabularySize(300), -1),
                        StructType.fromDDL("text ARRAY<INT>"),
                        conf,
                        new Configuration()))
                .hasMessage("Cannot separate the documents of column 'text': no token ends them. Set endOfTextId to the"
                        + " one that shall stand behind each, or separateDocuments to false.");
    }

    /** The stages of a GPT in a model that does not say what they can. */
    private record OwnConfig(GptConfig inner) implements WrappedConfig {
        @Override
        public Model build() {
            return inner.build()::stages;
        }
    }

    @Test
    void aModelThatDoesNotReadThePastCannotSeparateDocuments() {
        assertThatCode(() -> check(separate(MODEL, -1))).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(separate(new OwnConfig(MODEL), -1)))
                .hasMessage(
                        "Cannot train Own on separate documents: its tokens see all those before them. Set"
                                + " separateDocuments to false, or let its stages ask past() of the pass, and readsPast() say so.");
    }

    private static TrainingSettings separate(ModelConfig model, int endOfTextId) {
        return GoodSettings.of(model)
                .with(new InputSettings("text", "", endOfTextId, true))
                .with(new WorldSettings(6, 2, 24, 4))
                .build();
    }

    @Test
    void aModelWhoseBytesCannotBeCountedIsRefused() {
        assertThatThrownBy(() -> check(settings(MODEL.width(80_000_000), "text", "", 2, "", false)))
                .message()
                .startsWith("Cannot model the memory of 4 units, the largest of 76,800,001,040,000,000 parameters");
    }

    @Test
    void columnsOfTheWrongTypeAreRefused() {
        assertThatThrownBy(() -> check(settings(MODEL, "number", "text", 2, "", false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot use 'number' as the input column: its type is int. "
                                + "It must be string, array<int> or array<bigint>.\n"
                                + "Cannot use 'text' as the validation indicator column: its type is string. It must be boolean.");
    }

    @Test
    void aColumnThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> check(settings(MODEL, "body", "held", 2, "", false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot find the input column 'body': the columns are text, held, number.");
    }

    @Test
    void aSparkThatEncryptsWillDoForWhoAcceptsPlainText() {
        conf.set("spark.network.crypto.enabled", "true");

        assertThatCode(() -> check(settings(MODEL, "text", "", 2, "", true))).doesNotThrowAnyException();
    }

    /** Spark refuses dynamic allocation where it has it, and never copies the task of a barrier stage. */
    @Test
    void onlyWhatSparkWouldRefuseIsRefused() {
        conf.set("spark.speculation", "true").set("spark.dynamicAllocation.enabled", "true");

        assertThatThrownBy(() -> check(settings(MODEL, "text", "", 2, "", false)))
                .hasMessage("Cannot run a barrier stage with dynamic allocation: Spark refuses it, and"
                        + " spark.dynamicAllocation.enabled is true. Set it to false and ask for 6 slots.");
        conf.setMaster("local[6]").set("spark.network.crypto.enabled", "true");
        assertThatCode(() -> check(settings(MODEL, "text", "", 2, "", false))).doesNotThrowAnyException();
    }

    @Test
    void whoAsksForGpusMustHaveAskedSparkForThem() {
        conf.setMaster("yarn");

        assertThatThrownBy(() -> check(settings(MODEL, "text", "", -1, 2, "", false, "cuda")))
                .message()
                .startsWith(
                        "Cannot train on GPUs: no executor has GPUs: spark.executor.resource.gpu.amount is not set. Set"
                                + " it to");
        assertThatCode(() -> check(settings(MODEL, "text", "", -1, 2, "", false, "cpu")))
                .doesNotThrowAnyException();
        assertThatCode(() -> check(settings(MODEL, "text", "", -1, 2, "", false, "auto")))
                .doesNotThrowAnyException();
        conf.set(GpuTasks.EXECUTOR_AMOUNT, "1");
        assertThatCode(() -> check(settings(MODEL, "text", "", -1, 2, "", false, "cuda")))
                .doesNotThrowAnyException();
    }

    @Test
    void aLocalMasterOffersNoTaskAGpu() {
        conf.setMaster("local[2]").set(GpuTasks.TASK_AMOUNT, "1");

        assertThatThrownBy(() -> check(settings(MODEL, "text", "", -1, 2, "", false, "cpu")))
                .message()
                .startsWith("Cannot run tasks on master local[2]: it offers no GPUs");
    }

    @Test
    void aWorkDirectoryThatIsNoPathIsRefused() {
        assertThatThrownBy(() -> check(settings(MODEL, "text", "", 2, "my:folder:1", false)))
                .hasMessage("Cannot keep the model in my:folder:1: Relative path in absolute URI: my:folder:1. Set "
                        + "workDirectory to a path on a file system that Hadoop knows here, or leave it empty.");
    }

    /** In a JVM of its own: others of this one load them. */
    @Test
    void noNativeLibraryIsLoadedForIt() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PreflightTest.class.getName())
                .inheritIO()
                .start();

        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    public static void main(String[] arguments) throws IOException {
        new PreflightTest().check(settings(MODEL, "text", "held", 2, "file:/anywhere", false));
        try (Stream<String> mapped = Files.lines(Path.of("/proc/self/maps"))) {
            System.exit(mapped.anyMatch(line -> line.matches(".*(torch|openblas|javacpp).*\\.so.*")) ? 1 : 0);
        }
    }

    private void check(TrainingSettings settings) {
        Preflight.check(settings, StructType.fromDDL(FRAME), conf, new Configuration());
    }

    /** Six workers; the global batch suits them where the partition group size does. */
    private static TrainingSettings settings(
            GptConfig model,
            String inputCol,
            String validationIndicatorCol,
            int partitionGroupSize,
            String workDirectory,
            boolean acceptPlainText) {
        return settings(
                model,
                inputCol,
                validationIndicatorCol,
                -1,
                partitionGroupSize,
                workDirectory,
                acceptPlainText,
                "auto");
    }

    private static TrainingSettings settings(
            GptConfig model,
            String inputCol,
            String validationIndicatorCol,
            int endOfTextId,
            int partitionGroupSize,
            String workDirectory,
            boolean acceptPlainText,
            String deviceType) {
        int globalBatchSize = 6 % partitionGroupSize == 0 ? 24 : 32;
        return GoodSettings.of(model)
                .with(new InputSettings(inputCol, validationIndicatorCol, endOfTextId, false))
                .with(new WorldSettings(6, partitionGroupSize, globalBatchSize, 4))
                .with(new ComputeSettings(deviceType, "float32", "float32", "float32", 0))
                .with(new CollectiveSettings("auto", 1, acceptPlainText, false))
                .with(new WorkDirectorySettings(workDirectory, false))
                .build();
    }
}
