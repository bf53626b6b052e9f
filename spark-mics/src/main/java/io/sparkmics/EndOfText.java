package io.sparkmics;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import java.io.IOException;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The token that ends texts of the model that a training starts from. */
final class EndOfText {

    private EndOfText() {}

    /**
     * As its {@code config.json} says, the first of several; empty where it says nothing.
     *
     * @throws IOException when the path is none
     * @throws io.sparkmics.checkpoint.CheckpointException when it cannot be read
     */
    static OptionalInt of(String initialModel, Configuration hadoop) throws IOException {
        Path folder = PretrainedFolder.withConfig(StoragePaths.qualified(initialModel, hadoop), hadoop);
        return new HuggingFaceFolder(folder, hadoop)
                .endOfTextIds().stream().mapToInt(Integer::intValue).findFirst();
    }
}
