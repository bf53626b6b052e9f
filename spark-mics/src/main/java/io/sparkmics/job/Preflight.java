package io.sparkmics.job;

import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.bootstrap.machine.Platform;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.data.DataSettings;
import io.sparkmics.data.TokenData;
import io.sparkmics.job.cluster.CheckpointStorage;
import io.sparkmics.job.cluster.GpuTasks;
import io.sparkmics.job.cluster.WorkDirectory;
import io.sparkmics.job.settings.CheckpointSettings;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.ModelName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.types.StructType;

/** Everything that can be known to be wrong before the cluster is asked for anything, in one error. */
final class Preflight {

    private static final List<String> ENCRYPTED = List.of(
            "spark.network.crypto.enabled",
            "spark.ssl.enabled",
            "spark.ssl.rpc.enabled",
            "spark.authenticate.enableSaslEncryption");

    private final TrainingSettings settings;
    private final StructType schema;
    private final SparkConf conf;
    private final Configuration hadoop;
    private final List<String> problems = new ArrayList<>();

    private Preflight(TrainingSettings settings, StructType schema, SparkConf conf, Configuration hadoop) {
        this.settings = settings;
        this.schema = schema;
        this.conf = conf;
        this.hadoop = hadoop;
    }

    /**
     * @throws IllegalArgumentException with every problem, one a line
     */
    static void check(TrainingSettings settings, StructType schema, SparkConf conf, Configuration hadoop) {
        Preflight preflight = new Preflight(settings, schema, conf, hadoop);
        preflight.problems.addAll(settings.problems());
        boolean built = preflight.model();
        if (built) {
            PretrainedCheck pretrained = new PretrainedCheck(settings, schema, hadoop);
            // A run that goes on from a checkpoint has its parameters from there.
            preflight.problems.addAll(settings.checkpoint().resumes() ? pretrained.rank() : pretrained.problems());
        }
        if (built && settings.input().responses()) {
            ModelCheck.responses(settings.model()).ifPresent(preflight.problems::add);
        }
        preflight.data();
        if (built && settings.input().separateDocuments() && !settings.input().responses()) {
            preflight.separateDocuments();
        }
        preflight.cluster();
        preflight.gpus();
        WorkDirectory.problem(settings.workDirectory().path(), hadoop).ifPresent(preflight.problems::add);
        preflight.checkpoints();
        preflight.stopFile();
        if (preflight.problems.isEmpty()) {
            boolean cuda = settings.compute().deviceType().equals("cuda");
            ModelCheck.trial(settings, settings.on(cuda).engineSettings().precision())
                    .ifPresent(preflight.problems::add);
        }
        preflight.requireNone();
    }

    /**
     * What {@link #check} leaves out where a run may go on from a checkpoint: for one that has found none.
     *
     * @throws IllegalArgumentException with every problem, one a line
     */
    static void checkPretrained(TrainingSettings settings, StructType schema, SparkConf conf, Configuration hadoop) {
        Preflight preflight = new Preflight(settings, schema, conf, hadoop);
        preflight.problems.addAll(new PretrainedCheck(settings, schema, hadoop).problems());
        preflight.requireNone();
    }

    private void requireNone() {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /** Whether it can be built. */
    private boolean model() {
        List<String> found = ModelCheck.problems(settings.model());
        problems.addAll(found);
        if (!problems.isEmpty()) {
            return found.isEmpty();
        }
        try {
            // Refuses a model whose bytes cannot be counted.
            settings.memoryModel();
            return true;
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
            return false;
        }
    }

    private void data() {
        if (settings.model().context() < 1 || settings.model().vocabularySize() < 1) {
            // Has been said of the model.
            return;
        }
        boolean stream = settings.input().rows().isEmpty();
        if (!settings.input().responses() && stream != settings.model().inputs().isEmpty()) {
            problems.add("Cannot train " + ModelName.of(settings.model())
                    + (stream
                            ? " on a stream of tokens: it reads columns of rows. Train it with a MicsClassifier or a MicsRegressor."
                            : " on columns of rows: it reads a stream of tokens. Train it with a MicsEstimator."));
            return;
        }
        try {
            problems.addAll(TokenData.checkSchema(schema, dataSettings(settings, schema)));
        } catch (IllegalArgumentException e) {
            problems.add(e.getMessage());
        }
    }

    private void separateDocuments() {
        if (!(settings.model().build() instanceof LanguageModel language && language.readsPast())) {
            problems.add("Cannot train " + ModelName.of(settings.model())
                    + " on separate documents: its tokens see all those before them. Set separateDocuments to false, or let"
                    + " its stages ask past() of the pass, and readsPast() say so.");
        }
        // Of a column that is not there nothing more is to be said.
        if (List.of(schema.fieldNames()).contains(settings.input().inputCol())
                && dataSettings(settings, schema).endOfText().isEmpty()) {
            problems.add("Cannot separate the documents of column '"
                    + settings.input().inputCol() + "': no token ends them. Set endOfTextId to the one that shall stand"
                    + " behind each, or separateDocuments to false.");
        }
    }

    private void cluster() {
        Platform.problem().ifPresent(problems::add);
        GpuTasks.neverScheduled(conf).ifPresent(problems::add);
        boolean threads = GpuTasks.threads(conf);
        // As Spark itself: threads cannot become more, so there the setting is without effect.
        if (conf.getBoolean("spark.dynamicAllocation.enabled", false) && !threads) {
            problems.add("Cannot run a barrier stage with dynamic allocation: Spark refuses it, and"
                    + " spark.dynamicAllocation.enabled is true. Set it to false and ask for "
                    + Names.count(settings.world().numWorkers(), "slot") + ".");
        }
        for (String key : ENCRYPTED) {
            // What threads of one process say to each other leaves no machine.
            if (conf.getBoolean(key, false) && !settings.collectives().acceptPlainText() && !threads) {
                problems.add("Cannot keep the collectives as private as this Spark is told to be: " + key
                        + " is true, and ranks send weights and gradients in plain text. Set acceptPlainTextCollectives"
                        + " if the network between the executors is trusted.");
            }
        }
    }

    private void gpus() {
        if (settings.compute().deviceType().equals("cuda")) {
            GpuTasks.of(conf).error().ifPresent(problems::add);
        }
    }

    private void checkpoints() {
        CheckpointSettings checkpoint = settings.checkpoint();
        if (checkpoint.writes() && !checkpoint.lacksDirectory()) {
            CheckpointStorage.problem(checkpoint.directory(), hadoop).ifPresent(problems::add);
        }
    }

    /** One that was left over would end every run behind its first step. */
    private void stopFile() {
        String file = settings.recovery().stopWhen();
        if (file.isBlank()) {
            return;
        }
        try {
            Path path = StoragePaths.qualified(file, hadoop);
            if (path.getFileSystem(hadoop).exists(path)) {
                problems.add("Cannot end the run when " + path
                        + " comes: it is there already. Delete it, or set stopWhen to another path.");
            }
        } catch (IOException e) {
            problems.add("Cannot look for the file that ends the run: " + e.getMessage());
        }
    }

    /** What the rows become, and what ends them. */
    static DataSettings dataSettings(TrainingSettings settings, StructType schema) {
        InputSettings input = settings.input();
        return new DataSettings(
                input.inputCol(),
                Optional.of(input.validationIndicatorCol()).filter(column -> !column.isBlank()),
                settings.model().context(),
                settings.model().vocabularySize(),
                settings.schedule().seed(),
                input.rows().isEmpty() || input.responses()
                        ? endOfText(input, input.text(schema))
                        : OptionalInt.empty(),
                input.rows());
    }

    private static OptionalInt endOfText(InputSettings input, boolean text) {
        if (input.endOfTextId() == DataSettings.NOTHING && !text && !input.responses()) {
            // As where nothing is set: the ids of a stream stand back to back.
            return OptionalInt.empty();
        }
        if (input.endOfTextId() != InputSettings.NO_END_OF_TEXT) {
            return OptionalInt.of(input.endOfTextId());
        }
        return text ? OptionalInt.of(ByteTokenizer.END_OF_TEXT) : OptionalInt.empty();
    }
}
