package io.sparkmics.scoring;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.WholeModel;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Where executors find a model, and which state of it: a file that was written over is another model. */
public record ModelSource(ModelConfig config, Version version, SerializableConfiguration hadoop)
        implements Serializable {

    record Version(String folder, long length, long modified) implements Serializable {}

    /** @throws UncheckedIOException when there are no weights */
    public static ModelSource of(ModelConfig config, Path folder, SparkSession session) {
        Configuration hadoop = session.sessionState().newHadoopConf();
        return new ModelSource(config, version(folder, hadoop), new SerializableConfiguration(hadoop));
    }

    private static Version version(Path folder, Configuration hadoop) {
        Path file = new HuggingFaceFolder(folder, hadoop).weights();
        try {
            FileStatus status = file.getFileSystem(hadoop).getFileStatus(file);
            return new Version(status.getPath().getParent().toString(), status.getLen(), status.getModificationTime());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot read the weights from " + file + ": " + e.getMessage()
                            + ". Weights that were not saved end with the application that trained them.",
                    e);
        }
    }

    /** All weights, in this JVM. */
    WholeModel load() {
        ProcessMemory.require("hold the model of " + version.folder(), version.length());
        return WholeWeights.load(config, new Path(version.folder()), hadoop.value());
    }
}
