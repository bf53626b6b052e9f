package io.sparkmics.job.export;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.job.cluster.NativeLoad;
import io.sparkmics.model.ModelConfig;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Makes a model that others can read of what the ranks have saved, in a Spark job of one task: no rank waits for the storage, and
 * where that fails this alone is tried again.
 */
public final class ModelExport {

    private ModelExport() {}

    /**
     * What there is to make a model of.
     *
     * @param shards the folder that has the trained parameters: a checkpoint, or the result of a run without
     * @param text whether the model is trained on text, by the built-in tokenizer
     * @param endOfTextId the token that the rows were ended with; negative: none
     * @param runDirectory where the model goes, into a folder of its own
     */
    public record Source(
            ModelConfig model,
            String shards,
            boolean text,
            int endOfTextId,
            String runDirectory,
            SerializableConfiguration hadoop)
            implements Serializable {}

    /**
     * @return what lies where
     * @throws org.apache.spark.SparkException when it cannot be written, as often as Spark tries a task again
     */
    public static WrittenModel run(JavaSparkContext spark, Source source) {
        String written = spark.parallelize(List.of(0), 1)
                .map(task -> Json.write(write(source)))
                .collect()
                .get(0);
        return Json.read(written, WrittenModel.class);
    }

    private static WrittenModel write(Source source) {
        NativeLoad.require(NativeLibraries::load);
        Path folder = new Path(
                source.runDirectory(), "model-" + TaskContext.get().taskAttemptId() + "/" + HuggingFaceFolder.NAME);
        return new ModelFolder(source, folder).write();
    }
}
