package io.sparkmics;

import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv$;

/** Hundreds of lines that Spark logs by default would hide the few that a user of the command line wants to see. */
final class SparkLog {

    private static final String SPARKS_OWN = "log4j2-defaults.properties";

    /** Who tells of a task that failed, each with its stack trace. */
    private static final List<String> TASKS =
            List.of("org.apache.spark.executor.Executor", "org.apache.spark.scheduler.TaskSetManager");

    private static boolean ours;

    private SparkLog() {}

    /** Until it is closed. */
    interface Silence extends AutoCloseable {
        @Override
        void close();
    }

    /** Of the driver, warnings and errors only: unless somebody has said how to log. */
    static void warningsOnly() {
        // Spark sets its log up with its first line, over what is said here before.
        SparkEnv$.MODULE$.initializeLogIfNecessary(false, true);
        if (!new SparkConf().contains("spark.log.level") && isSparksOwn()) {
            ours = true;
            Configurator.setRootLevel(Level.WARN);
            // A file that is not there: told once, by us, and not with a stack trace before.
            Configurator.setLevel("org.apache.spark.sql.execution.streaming.FileStreamSink", Level.ERROR);
        }
    }

    /** Where {@link #warningsOnly} may say how to log, and has; else nothing is changed. */
    static Silence silentTasks() {
        if (!ours) {
            return () -> {};
        }
        TASKS.forEach(logger -> Configurator.setLevel(logger, Level.OFF));
        return () -> TASKS.forEach(logger -> Configurator.setLevel(logger, Level.WARN));
    }

    /** As {@link #silentTasks}, for good: an ending process drops the messages of its tasks, with a warning for each. */
    static void silentEnd() {
        if (ours) {
            Configurator.setLevel("org.apache.spark.rpc.netty.Dispatcher", Level.OFF);
        }
    }

    private static boolean isSparksOwn() {
        return LogManager.getContext(false) instanceof LoggerContext context
                && String.valueOf(context.getConfiguration()
                                .getConfigurationSource()
                                .getLocation())
                        .endsWith(SPARKS_OWN);
    }
}
