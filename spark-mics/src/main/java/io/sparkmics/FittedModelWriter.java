package io.sparkmics;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.job.cluster.JobDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Encoders;
import org.apache.spark.util.SerializableConfiguration;

/** Saves spark.ml's metadata and, beside it, the folder that Hugging Face's libraries read. */
final class FittedModelWriter extends MLWriter {

    private static final String SHARED = "Save it to a path that the driver and all executors share.";

    private final FittedModel<?> model;

    FittedModelWriter(FittedModel<?> model) {
        this.model = model;
    }

    @Override
    public void save(String path) throws IOException {
        Path target = StoragePaths.qualified(path, configuration());
        // Overwriting deletes first: what would be lost must be known to be replaced.
        model.source(sparkSession());
        requireElsewhere(target, target);
        super.save(target.toString());
    }

    /**
     * Saves into a folder that may hold other files, and leaves them alone.
     *
     * @param overwrite whether a model that lies there may be written over
     */
    void saveInto(String path, boolean overwrite) throws IOException {
        Path target = StoragePaths.qualified(path, configuration());
        model.source(sparkSession());
        requireElsewhere(target, huggingFace(target));
        if (overwrite) {
            FileSystem files = target.getFileSystem(configuration());
            // In this order a broken delete leaves nothing that loads.
            files.delete(metadata(target), true);
            files.delete(huggingFace(target), true);
        } else {
            requireRoom(target, configuration());
        }
        saveImpl(target.toString());
    }

    /** @throws IOException where a model lies, or what is left of one */
    static void requireRoom(Path target, Configuration hadoop) throws IOException {
        FileSystem files = target.getFileSystem(hadoop);
        for (Path part : List.of(metadata(target), huggingFace(target))) {
            if (files.exists(part)) {
                throw new IOException(
                        "Cannot save a model to " + target + ": " + part.getName()
                                + " of an earlier one lies there. Choose another folder, or overwrite it (--overwrite on the command line).");
            }
        }
    }

    /** The metadata comes last: a save that broke off leaves nothing that loads. */
    @Override
    public void saveImpl(String path) {
        Path from = model.weights().path();
        Path to = huggingFace(new Path(path));
        String host = copy(from.toString(), to.toString());
        try {
            requireCopied(from, to, host);
            DefaultParamsWriter.saveMetadata(model, path, sparkSession());
            requireWritten(metadata(new Path(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /**
     * In a task, so that weights never pass through the driver.
     *
     * @return the host that has copied
     */
    private String copy(String from, String to) {
        var configuration = new SerializableConfiguration(configuration());
        MapPartitionsFunction<Long, String> copy = unused -> {
            new HuggingFaceFolder(new Path(from), configuration.value()).copyTo(new Path(to));
            return List.of(SparkEnv.get().blockManager().blockManagerId().host())
                    .iterator();
        };
        try (JobDescription description = JobDescription.of(sparkSession().sparkContext(), "Saving a model to " + to)) {
            return sparkSession()
                    .range(0, 1, 1, 1)
                    .mapPartitions(copy, Encoders.STRING())
                    .first();
        }
    }

    /** What a host has written to a disk of its own is not saved. */
    private void requireCopied(Path from, Path to, String host) throws IOException {
        SortedMap<String, Long> copied = new HuggingFaceFolder(from, configuration()).contents();
        SortedMap<String, Long> found = new HuggingFaceFolder(to, configuration()).contents();
        if (!found.entrySet().containsAll(copied.entrySet())) {
            throw new IOException("Cannot save the model to " + to + ": host " + host + " has copied "
                    + copied + " bytes there, and the driver finds " + found
                    + ". " + SHARED);
        }
    }

    /** Spark's task may have run on another host than ours, and an empty folder is all that the driver makes. */
    private void requireWritten(Path metadata) throws IOException {
        boolean written = Arrays.stream(metadata.getFileSystem(configuration()).listStatus(metadata))
                .anyMatch(file -> file.getLen() > 0);
        if (!written) {
            throw new IOException("Cannot save the model to " + metadata
                    + ": the driver does not find there what an executor has written. " + SHARED);
        }
    }

    /** Overwriting deletes first, and what it would delete here is the only copy. */
    private void requireElsewhere(Path target, Path deleted) throws IOException {
        if (StoragePaths.holds(deleted, model.weights().path(), configuration())) {
            throw new IOException("Cannot save the model to " + target
                    + ": its own weights are read from there. Save it to another folder.");
        }
    }

    private static Path metadata(Path folder) {
        return new Path(folder, SavedStage.METADATA);
    }

    static Path huggingFace(Path folder) {
        return new Path(folder, HuggingFaceFolder.NAME);
    }

    private Configuration configuration() {
        return sparkSession().sessionState().newHadoopConf();
    }
}
