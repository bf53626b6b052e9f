package io.sparkmics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The command line: where to read and write, the sizes of the model, and one option for every param of the estimator. */
@Command(
        name = "io.sparkmics.Train",
        customSynopsis = "io.sparkmics.Train --input=PATH --output=FOLDER [--config=FILE] [OPTIONS]",
        description = "Trains a GPT from a table or files, sharded by MiCS over the ranks of a Spark barrier stage.",
        sortOptions = false,
        usageHelpWidth = 120)
final class TrainCommand {

    static final String READER_OPTION = "--option";

    @Option(names = "--input", required = true, paramLabel = "PATH", description = "what to read; may be repeated")
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

    private final ModelOptions model = new ModelOptions();
    private final ParamOptions params = new ParamOptions();

    CommandLine commandLine() {
        CommandSpec spec =
                CommandSpec.forAnnotatedObject(this).addArgGroup(model.group()).addArgGroup(params.group());
        return new CommandLine(spec).setOverwrittenOptionsAllowed(true);
    }

    /** The estimator as the parsed options describe it. */
    MicsEstimator estimator(ParseResult parsed) {
        return params.estimator(parsed).setModel(model.config(parsed));
    }

    /** {@code numWorkers} is {@code --num-workers}. */
    static String flag(String name) {
        return "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
