package io.sparkmics;

import io.sparkmics.monitor.TrainingSummary;
import java.io.IOException;
import java.io.PrintWriter;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads, trains, and writes what came of it. */
final class TrainRun {

    private final TrainCommand command;
    private final MicsEstimator estimator;
    private final Path output;

    TrainRun(TrainCommand command, MicsEstimator estimator) {
        this.command = command;
        this.estimator = estimator;
        this.output = new Path(command.output);
    }

    void run(PrintWriter out) throws IOException {
        SparkSession session =
                SparkSession.builder().appName("io.sparkmics.Train").getOrCreate();
        try {
            Configuration hadoop = session.sessionState().newHadoopConf();
            requireRoom(hadoop);
            MicsModel model = estimator.fit(read(session));
            save(model);
            String report = model.writeReport(output.toString());
            out.println(told(model.summary()));
            out.println(report);
        } finally {
            session.stop();
        }
    }

    private Dataset<Row> read(SparkSession session) {
        return session.read()
                .format(command.format)
                .options(command.options)
                .load(command.input.toArray(String[]::new));
    }

    /** Before hours of training, not after. */
    private void requireRoom(Configuration hadoop) throws IOException {
        if (!command.overwrite && modelFolder().getFileSystem(hadoop).exists(modelFolder())) {
            throw new IOException("Cannot write to " + output
                    + ": an earlier run left its model there. Choose another --output, or say --overwrite.");
        }
    }

    private void save(MicsModel model) throws IOException {
        MLWriter writer = model.write();
        (command.overwrite ? writer.overwrite() : writer).save(modelFolder().toString());
    }

    private String told(TrainingSummary summary) {
        return "Trained %,d parameters for %,d steps on %,d tokens in %.1f s: loss %.3f, at first %.3f. See %s."
                .formatted(
                        summary.parameters(),
                        summary.steps(),
                        summary.tokens(),
                        summary.seconds(),
                        summary.lastLoss(),
                        summary.firstLoss(),
                        output);
    }

    private Path modelFolder() {
        return new Path(output, "model");
    }
}
