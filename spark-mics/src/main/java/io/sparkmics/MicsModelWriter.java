package io.sparkmics;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Encoders;
import org.apache.spark.util.SerializableConfiguration;

/** Saves spark.ml's metadata and, beside it, the folder that Hugging Face's libraries read. */
final class MicsModelWriter extends MLWriter {

    private final MicsModel model;

    MicsModelWriter(MicsModel model) {
        this.model = model;
    }

    @Override
    public void save(String path) throws IOException {
        // Overwriting deletes first: what would be lost must be known to be replaced.
        model.source(sparkSession());
        requireElsewhere(path);
        super.save(path);
    }

    /** The metadata comes last: a save that broke off leaves nothing that loads. */
    @Override
    public void saveImpl(String path) {
        String from = model.huggingFace().toString();
        String to = huggingFace(path).toString();
        var configuration = new SerializableConfiguration(configuration());
        // In a task, so that weights never pass through the driver.
        MapPartitionsFunction<Long, Long> copy =
                unused -> List.of(new HuggingFaceFolder(new Path(from), configuration.value()).copyTo(new Path(to)))
                        .iterator();
        sparkSession().range(0, 1, 1, 1).mapPartitions(copy, Encoders.LONG()).first();
        DefaultParamsWriter.saveMetadata(model, path, sparkSession());
    }

    /** Overwriting deletes first, and what it would delete here is the only copy. */
    private void requireElsewhere(String path) throws IOException {
        Path target = qualified(new Path(path));
        Path source = qualified(model.huggingFace());
        for (Path folder = source; folder != null; folder = folder.getParent()) {
            if (folder.equals(target)) {
                throw new IOException("Cannot save model " + model.uid() + " to " + path
                        + ": its own weights are read from there. Save it to another folder.");
            }
        }
    }

    static Path huggingFace(String path) {
        return new Path(path, HuggingFaceFolder.NAME);
    }

    private Path qualified(Path path) throws IOException {
        FileSystem fileSystem = path.getFileSystem(configuration());
        return path.makeQualified(fileSystem.getUri(), fileSystem.getWorkingDirectory());
    }

    private Configuration configuration() {
        return sparkSession().sessionState().newHadoopConf();
    }
}
