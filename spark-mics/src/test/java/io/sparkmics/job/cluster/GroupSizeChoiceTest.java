package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.job.settings.CollectiveSettings;
import io.sparkmics.job.settings.ComputeSettings;
import io.sparkmics.job.settings.GoodSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.job.settings.WorldSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.MemoryModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class GroupSizeChoiceTest {

    private static final GptConfig SMALL =
            Gpt.config().layers(4).heads(4).width(160).context(128);
    private static final long GIBIBYTE = 1L << 30;

    private final List<String> told = new ArrayList<>();

    private int choose(TrainingSettings settings, long memoryPerRank, int hosts, boolean cuda) {
        return new GroupSizeChoice(settings, settings.memoryModel(), memoryPerRank, hosts, cuda).choose(told::add);
    }

    private static TrainingSettings settings(GptConfig model, int ranks, String gather) {
        return GoodSettings.of(model)
                .with(new WorldSettings(ranks, 0, 8 * ranks, 4))
                .with(new CollectiveSettings(gather, 1, false, false))
                .build();
    }

    @Test
    void aSmallModelIsWholeOnEveryRankAndTheArithmeticIsTold() {
        assertThat(choose(settings(SMALL, 4, "auto"), 2 * GIBIBYTE, 1, false)).isEqualTo(1);
        assertThat(told)
                .singleElement()
                .asString()
                .matches(
                        "Partition groups of 1 of 4 ranks: a step of 0\\.\\d+ s = 0\\.\\d+ compute \\+ 0\\.\\d+ communication"
                                + " that nothing hides \\+ 0\\.\\d+ update; states, buffers and activations of a rank take"
                                + " \\d+\\.\\d MiB of 2\\.0 GiB, 2\\.0 GiB are left\\. Predicted for CPUs like ours; set"
                                + " partitionGroupSize to choose another\\.");
    }

    @Test
    void whatDoesNotFitIsNotChosen() {
        TrainingSettings settings = settings(SMALL, 4, "auto");
        MemoryModel memory = settings.memoryModel();
        long activations = settings.work(memory, false).activationBytes();
        assertThat(choose(settings, memory.bytesPerRank(1) + activations, 1, false))
                .isEqualTo(1);
        assertThat(choose(settings, memory.bytesPerRank(1) + activations - 1, 1, false))
                .isEqualTo(2);
        assertThat(choose(settings, memory.bytesPerRank(4) + activations, 1, false))
                .isEqualTo(4);
        assertThatThrownBy(() -> choose(settings, memory.bytesPerRank(4) - 1, 1, false))
                .hasMessageStartingWith("Cannot fit 1,299,040 parameters into ");
    }

    @Test
    void activationsAloneRefuseNoRunAndLeaveAllRanksInOneGroup() {
        TrainingSettings settings = settings(SMALL, 4, "auto");
        MemoryModel memory = settings.memoryModel();
        long activations = settings.work(memory, false).activationBytes();
        long enough = memory.bytesPerRank(4) + activations;
        assertThat(choose(settings, enough - 1, 1, false)).isEqualTo(4);
        assertThat(told)
                .containsExactly(String.format(
                        Locale.ROOT,
                        "Cannot be sure that a rank's memory is enough: over all 4 ranks states and buffers take %,d bytes"
                                + " of %,d, and activations about %,d. Set a smaller microBatchSize, or"
                                + " activationCheckpointing to 1.",
                        memory.bytesPerRank(4),
                        enough - 1,
                        activations));
    }

    /** What stages do not keep leaves room for a whole copy of the model. */
    @Test
    void withCheckpointingASmallerGroupFits() {
        GptConfig deep = SMALL.layers(24);
        TrainingSettings kept = settings(deep, 4, "auto");
        TrainingSettings recomputed = GoodSettings.of(deep)
                .with(new WorldSettings(4, 0, 32, 4))
                .with(new CollectiveSettings("auto", 1, false, false))
                .with(new ComputeSettings("auto", "float32", "float32", "float32", 1))
                .build();
        long memory = kept.memoryModel().bytesPerRank(1)
                + recomputed.work(recomputed.memoryModel(), false).activationBytes();
        assertThat(choose(kept, memory, 1, false)).isGreaterThan(1);
        assertThat(choose(recomputed, memory, 1, false)).isEqualTo(1);
    }

    @Test
    void onGpusAGroupThatFillsANodeIsChosenWhereItMakesTheUpdateShorter() {
        GptConfig model = Gpt.config().layers(24).heads(16).width(2048).context(1024);
        TrainingSettings settings = settings(model, 16, "auto");
        int chosen = choose(settings, 60 * GIBIBYTE, 2, true);
        assertThat(settings.memoryModel().smallestPartitionGroupSize(16, 60 * GIBIBYTE))
                .isEqualTo(1);
        assertThat(chosen).isEqualTo(8);
        assertThat(told.get(0)).contains("Predicted for GPUs and a network like those of p4d.24xlarge");
    }

    @Test
    void aGroupOverNodesIsPredictedWithTheGatherThatItWillHave() {
        GptConfig model = Gpt.config().layers(24).heads(16).width(2048).context(1024);
        TrainingSettings hierarchical = settings(model, 8, "auto");
        MemoryModel planned = hierarchical.memoryModel();
        long memory = planned.bytesPerRank(8) + hierarchical.work(planned, true).activationBytes() + GIBIBYTE;
        assertThat(choose(settings(model, 8, "auto"), memory, 2, true)).isEqualTo(8);
        assertThat(choose(settings(model, 8, "flat"), memory, 2, true)).isEqualTo(8);
        assertThat(told.get(0)).startsWith("Partition groups of 8 of 8 ranks, gathered hierarchically: ");
        assertThat(told.get(1)).startsWith("Partition groups of 8 of 8 ranks: ");
    }
}
