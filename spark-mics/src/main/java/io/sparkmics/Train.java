package io.sparkmics;

import io.sparkmics.cli.TrainCommand;
import io.sparkmics.monitor.TrainingSummary;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.SparkSession;

/**
 * Trains from the command line, usually through {@code spark-submit --class io.sparkmics.Train}. Ends with 0, or with 1 and
 * one line that says why.
 */
public final class Train {

    private final MicsEstimator estimator = new MicsEstimator();
    private final TrainCommand command = new TrainCommand(estimator);
    private final PrintWriter out;

    private Train(PrintWriter out) {
        this.out = out;
    }

    public static void main(String[] arguments) {
        int code = run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
        // YARN calls an application failed that exits by itself, even with 0.
        if (code != 0) {
            System.exit(code);
        }
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Train train = new Train(out);
        return train.command.run(train::train, out, err, arguments);
    }

    /** Reads, trains, and writes what came of it. */
    private void train() throws IOException {
        SparkSession session =
                SparkSession.builder().appName("io.sparkmics.Train").getOrCreate();
        try {
            requireRoom(session.sessionState().newHadoopConf());
            MicsModel model = estimator.fit(command.read(session));
            save(model);
            String report = model.writeReport(command.output());
            out.println(told(model.summary()));
            out.println(report);
        } finally {
            session.stop();
        }
    }

    /** Before hours of training, not after. */
    private void requireRoom(Configuration hadoop) throws IOException {
        if (!command.overwrite() && modelFolder().getFileSystem(hadoop).exists(modelFolder())) {
            throw new IOException("Cannot write to " + command.output()
                    + ": an earlier run left its model there. Choose another --output, or say --overwrite.");
        }
    }

    private void save(MicsModel model) throws IOException {
        MLWriter writer = model.write();
        (command.overwrite() ? writer.overwrite() : writer).save(modelFolder().toString());
    }

    private String told(TrainingSummary summary) {
        return String.format(
                Locale.ROOT,
                "Trained %,d parameters for %,d steps on %,d tokens in %.1f s: loss %.3f with the saved weights, at first %.3f. See %s.",
                summary.parameters(),
                summary.steps(),
                summary.tokens(),
                summary.seconds(),
                summary.finalLoss(),
                summary.firstLoss(),
                command.output());
    }

    private Path modelFolder() {
        return new Path(command.output(), "model");
    }
}
