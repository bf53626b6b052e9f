package io.sparkmics;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The options: where to read and write, the sizes of the model, and one for every param of the estimator. */
@Command(
        name = "io.sparkmics.Train",
        description = "Trains a GPT from a table or files, sharded by MiCS over the ranks of a Spark barrier stage.",
        sortOptions = false,
        usageHelpWidth = 120)
final class TrainCommand {

    static final String READER_OPTION = "--option";

    @Option(names = "--input", required = true, split = ",", paramLabel = "PATH", description = "what to read")
    List<String> input;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "any format that Spark reads; default: ${DEFAULT-VALUE}")
    String format = "parquet";

    @Option(names = READER_OPTION, paramLabel = "KEY=VALUE", description = "an option of the format; may be repeated")
    Map<String, String> options = new LinkedHashMap<>();

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FOLDER",
            description = "where to write model/, summary.json, metrics.jsonl and loss.png")
    String output;

    @Option(names = "--overwrite", description = "write over what an earlier run left in the output folder")
    boolean overwrite;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a properties file of options without their dashes; the command line wins")
    String config;

    @Option(names = "--verbose", description = "show where an error came from")
    boolean verbose;

    @Option(names = "--help", usageHelp = true, description = "show this help")
    boolean help;

    @ArgGroup(exclusive = false, validate = false, heading = "%nSizes of the GPT:%n")
    Sizes sizes = new Sizes();

    /** Their defaults are the model's own. */
    static final class Sizes {

        private static final GptConfig DEFAULTS = Gpt.config();

        @Option(names = "--layers", description = "transformer blocks; default: ${DEFAULT-VALUE}")
        int layers = DEFAULTS.layers();

        @Option(names = "--heads", description = "attention heads; default: ${DEFAULT-VALUE}")
        int heads = DEFAULTS.heads();

        @Option(names = "--width", description = "size of a token's vector; default: ${DEFAULT-VALUE}")
        int width = DEFAULTS.width();

        @Option(names = "--context", description = "tokens that a sequence predicts; default: ${DEFAULT-VALUE}")
        int context = DEFAULTS.context();

        @Option(names = "--dropout", description = "probability of dropping; default: ${DEFAULT-VALUE}")
        double dropout = DEFAULTS.dropout();

        GptConfig config() {
            return DEFAULTS.layers(layers)
                    .heads(heads)
                    .width(width)
                    .context(context)
                    .dropout(dropout);
        }
    }

    CommandLine commandLine() {
        CommandSpec spec = CommandSpec.forAnnotatedObject(this);
        MicsEstimator estimator = new MicsEstimator();
        ArgGroupSpec.Builder settings =
                ArgGroupSpec.builder().exclusive(false).validate(false).heading("%nSettings of the training:%n");
        params(estimator).forEach(param -> settings.addArg(option(estimator, param)));
        spec.addArgGroup(settings.build());
        return new CommandLine(spec).setOverwrittenOptionsAllowed(true);
    }

    /** The estimator as the parsed options describe it. */
    MicsEstimator estimator(ParseResult parsed) {
        MicsEstimator estimator = new MicsEstimator().setModel(sizes.config());
        for (Param<?> param : params(estimator)) {
            if (parsed.hasMatchedOption(flag(param.name()))) {
                set(estimator, param, parsed.matchedOptionValue(flag(param.name()), null));
            }
        }
        return estimator;
    }

    /** {@code numWorkers} is {@code --num-workers}. */
    static String flag(String name) {
        return "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static void set(MicsEstimator estimator, Param<?> param, Object value) {
        try {
            estimator.set(param.name(), value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Cannot use %s %s: it is out of range. It is %s.".formatted(flag(param.name()), value, param.doc()),
                    e);
        }
    }

    /** The model has options of its own. */
    private static List<Param<?>> params(MicsEstimator estimator) {
        return Arrays.stream(estimator.params())
                .filter(param -> !param.name().equals("model"))
                .<Param<?>>map(param -> param)
                .toList();
    }

    private static OptionSpec option(MicsEstimator estimator, Param<?> param) {
        Object fallback = estimator.getDefault(param).get();
        return OptionSpec.builder(flag(param.name()))
                .type(type(param))
                .arity(param instanceof BooleanParam ? "0..1" : "1")
                .fallbackValue(param instanceof BooleanParam ? "true" : "")
                .paramLabel(type(param).getSimpleName().toUpperCase(Locale.ROOT))
                .description(param.doc().replace("%", "%%") + (fallback.equals("") ? "" : "; default: " + fallback))
                .build();
    }

    private static Class<?> type(Param<?> param) {
        if (param instanceof IntParam) {
            return Integer.class;
        } else if (param instanceof LongParam) {
            return Long.class;
        } else if (param instanceof DoubleParam) {
            return Double.class;
        }
        return param instanceof BooleanParam ? Boolean.class : String.class;
    }
}
