package io.sparkmics;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The token that ends texts of the model that a training starts from. */
final class EndOfText {

    private EndOfText() {}

    /**
     * As its {@code config.json} says, the first of several; empty where it says nothing, or cannot be read, which is told
     * later.
     */
    static OptionalInt of(String initialModel, Configuration hadoop) {
        try {
            Path folder = PretrainedFolder.withConfig(StoragePaths.qualified(initialModel, hadoop), hadoop);
            Object said = new HuggingFaceFolder(folder, hadoop).readConfig().get("eos_token_id");
            Object first = said instanceof List<?> several && !several.isEmpty() ? several.get(0) : said;
            return first instanceof Integer id ? OptionalInt.of(id) : OptionalInt.empty();
        } catch (IOException | CheckpointException e) {
            return OptionalInt.empty();
        }
    }
}
