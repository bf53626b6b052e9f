package io.sparkmics.scoring;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.WholeModel;
import java.io.File;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/** A saved model as a whole, in a task. */
final class WholeWeights {

    /** Spark's name for it among the executors. */
    private static final String DRIVER = "driver";

    private WholeWeights() {}

    static WholeModel load(ModelConfig config, WeightsVersion version, Configuration hadoop) {
        NativeLibraries.load();
        Threads.hold(TaskContext.get().cpus());
        Path local = new LocalWeights(folder()).of(version, hadoop);
        Model model = config.build();
        return WholeModel.of(
                model,
                PretrainedFolder.open(new org.apache.hadoop.fs.Path(local.toUri()), hadoop)
                        .mapped(model));
    }

    /**
     * Spark deletes it with the application. Cluster managers give an application a folder of its own on each host, in which each
     * executor has one; where the driver computes there is only that of the driver.
     */
    private static Path folder() {
        SparkEnv spark = SparkEnv.get();
        File own = spark.blockManager().diskBlockManager().localDirs()[0];
        boolean driver = spark.executorId().equals(DRIVER);
        return (driver ? own : own.getParentFile())
                .toPath()
                .resolve("spark-mics-" + spark.conf().getAppId());
    }
}
