package io.sparkmics.job;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.pretrained.AdapterFolder;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.Model;
import io.sparkmics.model.lora.LoraConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.types.StructType;

/**
 * What can be wrong with the folders that a model, which can be built, starts from. Reads the headers of their files, from which
 * everything can be told but whether the numbers are finite.
 */
final class PretrainedCheck {

    private final TrainingSettings settings;
    private final StructType schema;
    private final Configuration hadoop;
    private final List<String> problems = new ArrayList<>();

    PretrainedCheck(TrainingSettings settings, StructType schema, Configuration hadoop) {
        this.settings = settings;
        this.schema = schema;
        this.hadoop = hadoop;
    }

    /** One sentence each. What of the model does not start from the folders goes to standard error. */
    List<String> problems() {
        Optional<AdapterFolder> adapter = adapter();
        if (settings.pretrained().present()) {
            pretrained(adapter);
        } else if (adapts()) {
            problems.add("Cannot train adapters beside a model that knows nothing: its parameters are drawn, and stay"
                    + " as they are. Set initialModel to a folder that it starts from, or loraRank to 0.");
        }
        return problems;
    }

    /** Only why there are no adapters to go on with: a run that goes on from a checkpoint must know what they are, too. */
    List<String> rank() {
        if (!adapts()) {
            adapter();
        }
        return problems;
    }

    private boolean adapts() {
        return settings.model() instanceof LoraConfig;
    }

    private void pretrained(Optional<AdapterFolder> adapter) {
        try {
            PretrainedFolder folder = PretrainedFolder.open(
                    StoragePaths.qualified(settings.pretrained().folder(), hadoop), hadoop);
            Model model = settings.model().build();
            List<String> found = folder.problems(model);
            problems.addAll(found);
            adapter.filter(beside -> beside.isInside(folder.path()))
                    .ifPresent(beside -> problems.add("Cannot go on from"
                            + " initialAdapter beside the model in " + folder.path()
                            + ": its weights have the adapters merged"
                            + " into them, which would be added again. Set initialModel to the folder that the adapters were"
                            + " trained beside, or leave initialAdapter empty."));
            if (found.isEmpty()) {
                folder.drawn(model, adapter.map(AdapterFolder::parameters).orElseGet(Set::of))
                        .ifPresent(System.err::println);
                folder.grown(model).ifPresent(System.err::println);
            }
            tokenizer(folder);
        } catch (CheckpointException e) {
            problems.add(e.getMessage());
        } catch (IOException e) {
            problems.add("Cannot start from initialModel: " + e.getMessage());
        }
    }

    private void tokenizer(PretrainedFolder folder) {
        if (settings.model().vocabularySize() != ByteTokenizer.VOCABULARY_SIZE
                && settings.input().text(schema)) {
            problems.add("Cannot start from " + folder.path() + " with text: text becomes bytes, and the folder's "
                    + settings.model().vocabularySize() + " tokens are of another tokenizer. Put a"
                    + " MicsTokenizer before the estimator, and let "
                    + (settings.input().responses()
                            ? "promptCol and responseCol name the outputCol of one each."
                            : "inputCol name its outputCol."));
        }
    }

    /** What adapters go on from; empty where there is none, or it cannot be. */
    private Optional<AdapterFolder> adapter() {
        if (!settings.pretrained().hasAdapter()) {
            return Optional.empty();
        }
        try {
            AdapterFolder adapter = AdapterFolder.open(
                    StoragePaths.qualified(settings.pretrained().adapter(), hadoop), hadoop);
            if (settings.model() instanceof LoraConfig adapted) {
                problems.addAll(adapter.problems(adapted));
                return Optional.of(adapter);
            }
            // Where the rank was the folder's to say, it may not have said it.
            adapter.lora(settings.model().build());
            problems.add("Cannot go on from initialAdapter: loraRank is 0, and no adapters are trained. Set loraRank,"
                    + " loraAlpha and loraTargets to those of the adapter, or leave initialAdapter empty.");
        } catch (CheckpointException e) {
            problems.add(e.getMessage());
        } catch (IOException e) {
            problems.add("Cannot go on from initialAdapter: " + e.getMessage());
        }
        return Optional.empty();
    }
}
