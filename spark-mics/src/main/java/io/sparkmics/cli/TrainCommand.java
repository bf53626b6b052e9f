package io.sparkmics.cli;

import io.sparkmics.model.ModelConfig;
import io.sparkmics.params.ScoringParams;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line: where to read and write, the sizes of the model, and one option for every param of the estimator. */
@Command(
        name = "io.sparkmics.Train",
        customSynopsis = "io.sparkmics.Train --input=PATH --output=FOLDER [--config=FILE] [OPTIONS]",
        description = "Trains a GPT from a table or files, sharded by MiCS over the ranks of a Spark barrier stage.",
        sortOptions = false,
        usageHelpWidth = 120)
public final class TrainCommand {

    /** What is done once the arguments are understood. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    private static final int LONGEST_OPTION = 44;

    static final String READER_OPTION = "--option";

    /** Which says what the model is, where no size of one is given. */
    private static final String INITIAL_MODEL = "--initial-model";

    @Option(names = "--input", required = true, paramLabel = "PATH", description = "what to read; may be repeated")
    private List<String> input;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "any format that Spark reads; default: ${DEFAULT-VALUE}")
    private String format = "parquet";

    @Option(names = READER_OPTION, paramLabel = "KEY=VALUE", description = "an option of the format; may be repeated")
    Map<String, String> options = new LinkedHashMap<>();

    @Option(
            names = "--tokenizer",
            paramLabel = "FOLDER",
            description =
                    "of Hugging Face's library, whose tokenizer.json makes token ids of a column of text; default: that in"
                            + " --initial-model, where there is one, else text becomes bytes")
    private String tokenizer = "";

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FOLDER",
            description = "where to write the model, and beside it metrics.jsonl, loss.png and summary.json")
    private String output;

    @Option(names = "--overwrite", description = "write over what an earlier run left in the output folder")
    private boolean overwrite;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a properties file of options without their dashes; the command line wins")
    private String config;

    @Option(names = "--verbose", description = "show Spark's log, and where an error came from")
    private boolean verbose;

    @Option(names = "--help", usageHelp = true, description = "show this help")
    private boolean help;

    private Optional<Integer> context = Optional.empty();
    private boolean hasVocabularySize;
    private final ScoringParams<?> estimator;
    private final ModelOptions model = new ModelOptions();
    private final ParamOptions params;

    /** @param estimator its params are the options, and it gets what the arguments set */
    public TrainCommand(ScoringParams<?> estimator) {
        this.estimator = estimator;
        this.params = new ParamOptions(estimator);
    }

    /**
     * Understands the arguments, then works; with {@code --help} it tells the options instead.
     *
     * @return the exit code: 0, or 1 after one line on {@code err} that says why
     */
    public int run(Work work, PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line = commandLine();
        try {
            line.parseArgs(ConfigFile.expand(arguments));
            if (line.isUsageHelpRequested()) {
                line.usage(out);
            } else {
                configure(line.getParseResult());
                work.run();
            }
            return 0;
        } catch (Exception e) {
            if (ShutdownHookManager.get().isShutdownInProgress()) {
                // Interrupted: what fails of it is no news.
                return 1;
            }
            if (verbose && !(e instanceof ParameterException)) {
                e.printStackTrace(err);
            }
            err.println(ErrorLine.of(e, "train"));
            return 1;
        }
    }

    /**
     * The rows to train on.
     *
     * @throws IOException when Spark cannot read them, which it says in many ways
     */
    public Dataset<Row> read(SparkSession session) throws IOException {
        try {
            return session.read().format(format).options(options).load(input.toArray(String[]::new));
        } catch (Exception e) {
            String reason = RootCause.of(e).replaceFirst("\\.?$", "");
            throw new IOException(
                    "Cannot read " + String.join(", ", input) + " as " + format + ": " + reason + ". "
                            + FileFormat.remedy(reason, format),
                    e);
        }
    }

    /** The paths to read. */
    public List<String> input() {
        return List.copyOf(input);
    }

    /** The folder to write to. */
    public String output() {
        return output;
    }

    /** Whose tokenizer text becomes ids by; empty: none was named. */
    public String tokenizer() {
        return tokenizer;
    }

    /** How long sequences are of a model that a folder describes; empty: as it says. */
    public Optional<Integer> context() {
        return context;
    }

    /** Whether the model has as many tokens as was said, and no others. */
    public boolean hasVocabularySize() {
        return hasVocabularySize;
    }

    /** What the model will be. */
    public ModelConfig model() {
        return estimator.getModel();
    }

    /** Whether Spark's log shall be shown, asked before the arguments are understood: that may fail. */
    public static boolean verbose(String... arguments) {
        try {
            return Stream.of(ConfigFile.expand(arguments))
                    .filter(argument -> argument.matches("--verbose(=.*)?"))
                    .reduce(false, (before, argument) -> !argument.endsWith("=false"), (before, after) -> after);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether what an earlier run left there may be written over. */
    public boolean overwrite() {
        return overwrite;
    }

    CommandLine commandLine() {
        CommandSpec spec = CommandSpec.forAnnotatedObject(this).addArgGroup(model.group());
        params.groups().forEach(spec::addArgGroup);
        spec.usageMessage().longOptionsMaxWidth(LONGEST_OPTION);
        return new CommandLine(spec).setOverwrittenOptionsAllowed(true);
    }

    void configure(ParseResult parsed) {
        params.apply(parsed);
        hasVocabularySize = model.hasVocabularySize(parsed);
        if (!parsed.hasMatchedOption(INITIAL_MODEL)) {
            estimator.setModel(model.config(parsed));
            return;
        }
        context = model.context(parsed);
        if (model.isGiven(parsed)) {
            throw new IllegalArgumentException("Cannot set sizes of the model but --context beside " + INITIAL_MODEL
                    + ": its folder says what they are. Leave one of both out.");
        }
    }

    /** {@code numWorkers} is {@code --num-workers}. */
    static String flag(String name) {
        return "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
