package io.sparkmics.scoring;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.TemporaryFolder;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.WholeModel;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Where executors find a model, and which state of it: a file that was written over is another model.
 *
 * @param keeper what must not go while this is referred to; null where nothing can
 */
public record ModelSource(
        ModelConfig config, WeightsVersion version, TemporaryFolder keeper, SerializableConfiguration hadoop)
        implements Serializable {

    /** @throws CheckpointException when the weights are gone, or not those any more */
    public static ModelSource of(
            ModelConfig config, WeightsVersion version, TemporaryFolder keeper, SparkSession session) {
        Configuration hadoop = session.sessionState().newHadoopConf();
        version.requireUnchanged(hadoop);
        return new ModelSource(config, version, keeper, new SerializableConfiguration(hadoop));
    }

    /** All weights, in this JVM: those of the version, or an error. */
    WholeModel load() {
        // What is kept in 16 bits is computed with in 32.
        long bytes = Math.max(version.length(), config.build().size() * Float.BYTES);
        ProcessMemory.require("hold the model of " + version.folder(), bytes);
        version.requireContents(hadoop.value());
        return WholeWeights.load(config, version, hadoop.value());
    }
}
