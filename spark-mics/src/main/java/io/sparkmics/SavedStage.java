package io.sparkmics;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.params.ModelParams;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.sql.SparkSession;

/**
 * The folder of a saved stage, found where it was saved or in a folder next to that: a path that leads nowhere else is meant.
 *
 * @param folder qualified
 */
record SavedStage(Path folder, DefaultParamsReader.Metadata metadata) {

    /** Where Spark keeps the params. */
    static final String METADATA = "metadata";

    /** Whoever gives one of them means the whole. */
    private static final Set<String> PARTS = Set.of(METADATA, HuggingFaceFolder.NAME);

    /** Where older versions of the command line put the model in their output folder. */
    private static final String MODEL = "model";

    /** @throws IllegalArgumentException where the folder names a model that is not accepted, before anything is done with it */
    void setParams(Params stage) {
        metadata.getAndSetParams(stage, metadata.getAndSetParams$default$2());
        if (stage instanceof ModelParams<?> known && known.isDefined(known.model())) {
            known.getModel();
        }
    }

    /** @throws IOException that says what is there instead, and how to load that */
    static SavedStage find(String path, Class<?> wanted, SparkSession session) throws IOException {
        return new Search(path, wanted, session).find();
    }

    private static final class Search {

        private final Path folder;
        private final Class<?> wanted;
        private final SparkSession session;
        private final FileSystem files;

        Search(String path, Class<?> wanted, SparkSession session) throws IOException {
            Configuration hadoop = session.sessionState().newHadoopConf();
            this.folder = StoragePaths.qualified(path, hadoop);
            this.wanted = wanted;
            this.session = session;
            this.files = folder.getFileSystem(hadoop);
        }

        SavedStage find() throws IOException {
            if (!files.exists(folder)) {
                throw cannot("there is no such folder. Give the path that it was saved to.");
            }
            if (holdsStage(folder)) {
                return checked(folder);
            }
            if (PARTS.contains(folder.getName()) && holdsStage(folder.getParent())) {
                return checked(folder.getParent());
            }
            if (holdsStage(new Path(folder, MODEL))) {
                return checked(new Path(folder, MODEL));
            }
            throw cannot(nearMiss());
        }

        private boolean holdsStage(Path candidate) throws IOException {
            return files.exists(new Path(candidate, METADATA));
        }

        private SavedStage checked(Path found) throws IOException {
            var metadata = metadata(found);
            String saved = metadata.className();
            if (saved.equals(wanted.getName())) {
                return new SavedStage(found, metadata);
            }
            String name = saved.substring(saved.lastIndexOf('.') + 1);
            boolean stages = files.exists(new Path(found, "stages"));
            throw cannot("it holds a " + name + ". Load it with " + name + ".load"
                    + (stages ? " and take the " + wanted.getSimpleName() + " from its stages." : "."));
        }

        private DefaultParamsReader.Metadata metadata(Path found) throws IOException {
            try {
                return DefaultParamsReader.loadMetadata(found.toString(), session, "");
            } catch (Exception e) {
                // Spark throws checked exceptions that nothing declares.
                throw cannot("its metadata cannot be read, as where a saving broke off (" + e + "). Save it again.", e);
            }
        }

        private String nearMiss() throws IOException {
            if (files.getFileStatus(folder).isFile()) {
                return "it is a file. Give the folder that the model was saved to.";
            }
            if (new HuggingFaceFolder(folder, session.sessionState().newHadoopConf()).hasWeights()) {
                return "it holds weights and no Spark metadata, as a model of another program does or one whose saving broke"
                        + " off. Give a folder that MicsModel.write has saved to.";
            }
            List<String> within = Arrays.stream(files.listStatus(folder))
                    .filter(FileStatus::isDirectory)
                    .map(FileStatus::getPath)
                    .filter(this::isStage)
                    .map(Path::toString)
                    .limit(3)
                    .toList();
            return within.isEmpty()
                    ? "it holds nothing that Spark has saved. Give the path that it was saved to."
                    : "it is a folder of saved ones. Give the path of one: " + String.join(", ", within) + ".";
        }

        private boolean isStage(Path candidate) {
            try {
                return holdsStage(candidate);
            } catch (IOException e) {
                return false;
            }
        }

        private IOException cannot(String reason) {
            return cannot(reason, null);
        }

        private IOException cannot(String reason, Exception cause) {
            return new IOException(
                    "Cannot load a " + wanted.getSimpleName() + " from " + folder + ": " + reason, cause);
        }
    }
}
