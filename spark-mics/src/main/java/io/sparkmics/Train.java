package io.sparkmics;

import io.sparkmics.checkpoint.CheckpointDirectory;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.cli.TrainCommand;
import io.sparkmics.model.LanguageModelConfig;
import io.sparkmics.model.LossName;
import io.sparkmics.model.ModelName;
import io.sparkmics.monitor.RunningReport;
import io.sparkmics.monitor.TrainingSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Trains from the command line, usually through {@code spark-submit --class io.sparkmics.Train}. Ends with 0, or with 1 and
 * one line that says why.
 *
 * <p>The output folder is there from the beginning, and {@code metrics.jsonl} in it grows while the run trains; the model
 * itself, {@code summary.json} and the last {@code loss.png} come at the end.
 */
public final class Train {

    /** The folder of checkpoints in the output, where no other is set. */
    private static final String CHECKPOINTS = "checkpoints";

    /** A hook is cut short after 30 s. */
    private static final Duration LAST_CHECKPOINT = Duration.ofSeconds(25);

    private final MicsEstimator estimator = new MicsEstimator();
    private final TrainCommand command = new TrainCommand(estimator);
    private final PrintWriter out;
    private final PrintWriter err;

    private Train(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        int code = run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
        // YARN calls an application failed that exits by itself, even with 0.
        if (code != 0) {
            System.exit(code);
        }
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        if (!TrainCommand.verbose(arguments)) {
            SparkLog.warningsOnly();
        }
        Train train = new Train(out, err);
        return train.command.run(train::train, out, err, arguments);
    }

    /** Reads, trains, and writes what came of it. */
    private void train() throws IOException {
        requireNoPasswords();
        SparkSession session = session();
        try {
            Path folder = folder(session.sessionState().newHadoopConf());
            Configuration hadoop = session.sessionState().newHadoopConf();
            Dataset<Row> rows = read(session);
            describeModel(hadoop);
            Optional<TokenizedText> text = TokenizedText.of(command.tokenizer(), estimator, rows, hadoop);
            if (text.isPresent()) {
                rows = text.get().before(estimator, rows, !command.hasVocabularySize());
            }
            MicsModel model = fit(rows, folder, hadoop);
            model.saveInto(folder.toString(), command.overwrite());
            if (text.isPresent()) {
                text.get().copyInto(folder.toString());
            }
            String report = model.writeReport(folder.toString());
            out.println(told(model.summary()));
            out.println(report);
        } finally {
            session.stop();
        }
    }

    /** Before Spark starts: its event log begins with the command line. */
    private void requireNoPasswords() throws IOException {
        for (String input : command.input()) {
            StoragePaths.requireNoPassword(input);
        }
        StoragePaths.requireNoPassword(command.output());
        StoragePaths.requireNoPassword(estimator.getWorkDirectory());
        StoragePaths.requireNoPassword(estimator.getCheckpointDirectory());
        StoragePaths.requireNoPassword(estimator.getResumeFrom());
        StoragePaths.requireNoPassword(estimator.getInitialModel());
        StoragePaths.requireNoPassword(estimator.getInitialAdapter());
        StoragePaths.requireNoPassword(command.tokenizer());
        StoragePaths.requireNoPassword(estimator.getStopWhen());
    }

    /** The application has the name that spark-submit gave it, which is the user's where there is one. */
    static SparkSession session() {
        SparkSession.Builder builder = SparkSession.builder();
        return new SparkConf().contains("spark.app.name")
                ? builder.getOrCreate()
                : builder.appName(Train.class.getName()).getOrCreate();
    }

    private void describeModel(Configuration hadoop) {
        estimator.setDescribedModel(hadoop);
        if (estimator.getModel() instanceof LanguageModelConfig model) {
            command.context().map(model::context).ifPresent(estimator::setModel);
        }
    }

    private MicsModel fit(Dataset<Row> rows, Path folder, Configuration hadoop) {
        if (estimator.settings().checkpoint().lacksDirectory()) {
            estimator.setCheckpointDirectory(new Path(folder, CHECKPOINTS).toString());
        }
        CountDownLatch ended = new CountDownLatch(1);
        Thread fitting = Thread.currentThread();
        try (RunningReport report = RunningReport.open(
                        ModelName.withSizes(command.model()), LossName.unit(command.model()), folder, hadoop);
                ShutdownHook hook = ShutdownHook.of(() -> interrupted(report, fitting, ended, hadoop))) {
            return estimator.fit(rows, report);
        } finally {
            ended.countDown();
        }
    }

    /** Spark is alive until this returns: where checkpoints are made, there is time for a last one. */
    private void interrupted(RunningReport report, Thread fitting, CountDownLatch ended, Configuration hadoop) {
        SparkLog.silentEnd();
        // The progress may have left a line unfinished.
        err.println();
        boolean checkpoints = estimator.settings().checkpoint().writes();
        if (checkpoints) {
            fitting.interrupt();
            try {
                ended.await(LAST_CHECKPOINT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        err.println(report.interrupt() + (checkpoints ? goOn(hadoop) : ""));
    }

    private String goOn(Configuration hadoop) {
        try {
            return new CheckpointDirectory(new Path(estimator.getCheckpointDirectory()), hadoop)
                    .latest()
                    .map(latest -> " Go on from " + latest.path() + " with --resume-from=latest.")
                    .orElse("");
        } catch (CheckpointException e) {
            return "";
        }
    }

    /** What fails there is told by the command. */
    private Dataset<Row> read(SparkSession session) throws IOException {
        try (SparkLog.Silence silence = SparkLog.silentTasks()) {
            return command.read(session);
        }
    }

    /** Before hours of training, not after. */
    private Path folder(Configuration hadoop) throws IOException {
        if (!command.overwrite()) {
            MicsModel.requireRoom(command.output(), hadoop);
        }
        return StoragePaths.qualified(command.output(), hadoop);
    }

    private static String stopped(TrainingSummary summary) {
        return summary.extra().containsKey("stopReason")
                ? " It was ended early: " + summary.extra().get("stopReason") + "."
                : "";
    }

    /** Where the run kept its best model, the last step's is another. */
    private static String saved(TrainingSummary summary) {
        Map<String, Object> extra = summary.extra();
        return extra.containsKey("bestStep")
                ? String.format(
                        Locale.ROOT,
                        "loss %.3f at the end, and %.3f on held-out rows with the saved weights, those of step %,d",
                        summary.finalLoss(),
                        extra.get("bestValidationLoss"),
                        extra.get("bestStep"))
                : String.format(Locale.ROOT, "loss %.3f with the saved weights", summary.finalLoss());
    }

    private String told(TrainingSummary summary) {
        return String.format(
                Locale.ROOT,
                "Trained %,d parameters for %,d steps on %,d tokens in %.1f s: %s, at first %.3f. The model is in %s.%s",
                summary.parameters(),
                summary.steps(),
                summary.tokens(),
                summary.seconds(),
                saved(summary),
                summary.firstLoss(),
                command.output(),
                stopped(summary));
    }
}
