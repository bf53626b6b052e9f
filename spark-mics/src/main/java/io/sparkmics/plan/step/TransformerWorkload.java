package io.sparkmics.plan.step;

import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.DocumentMask;
import io.sparkmics.plan.MemoryModel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The work of a {@link Transformer}. Units and stages are those of our Gpt: two embeddings, the blocks, the last norm, and a
 * head that reads the token embedding again.
 *
 * <p>Operations of matrix products for a token: 24 h² + 4 s h in a block, 2 h V in the head. Source: Narayanan et al.,
 * "Efficient Large-Scale Language Model Training on GPU Clusters Using Megatron-LM", 2021, appendix.
 */
public record TransformerWorkload(Transformer sizes, Recipe recipe) implements Workload {

    /** Numbers of a block that are kept of each token: inputs and results of its four matrix products, in widths. */
    private static final int BLOCK_WIDTHS = 16;

    /**
     * Half-numbers that are kept of each pair of tokens and head: the scores, what they become, and a mask in bytes. Source:
     * Korthikanti et al., "Reducing Activation Recomputation in Large Transformer Models", 2022, section 4.1.
     */
    private static final int PAIR_HALVES = 5;

    /** What is kept is written once and read once. */
    private static final int PASSES = 2;

    /** The units, the stages that read them, and what their elements take. */
    public MemoryModel memory() {
        long width = sizes.width();
        List<Long> units = new ArrayList<>(List.of(width * sizes.vocabularySize(), width * sizes.context()));
        List<List<Integer>> stages = new ArrayList<>(List.of(List.of(0, 1)));
        for (int layer = 0; layer < sizes.layers(); layer++) {
            stages.add(List.of(units.size()));
            units.add(sizes.blockParameters());
        }
        stages.add(List.of(units.size(), 0));
        units.add(2 * width);
        return new MemoryModel(units, stages, recipe.elements());
    }

    @Override
    public Work work(int microBatchSize) {
        double tokens = (double) microBatchSize * sizes.context();
        double width = sizes.width();
        double block = tokens * (24 * width * width + 4 * width * sizes.context());
        double head = tokens * 2 * width * sizes.vocabularySize();
        double blockBytes = tokens
                * (blockWidths() + pairs(1) * sizes.context())
                * recipe.elements().compute();
        double headBytes = tokens * headWidths() * recipe.elements().atLeastSingle();
        double embeddingBytes = tokens * embeddingWidths() * recipe.elements().compute();
        List<StageWork> stages = new ArrayList<>();
        stages.add(new StageWork(0, PASSES * embeddingBytes, false, recomputed(0)));
        IntStream.rangeClosed(1, sizes.layers())
                .forEach(layer -> stages.add(new StageWork(block, PASSES * blockBytes, true, recomputed(layer))));
        stages.add(new StageWork(head, PASSES * headBytes, true, false));
        return new Work(
                memory(), stages, activations().bytes(microBatchSize, sizes.context()) + documentMask(microBatchSize));
    }

    private long documentMask(int microBatchSize) {
        return recipe.separateDocuments()
                ? DocumentMask.bytes(
                        microBatchSize, sizes.context(), recipe.elements().compute())
                : 0;
    }

    /** Two stages more than layers: embedding and head. */
    private boolean recomputed(int stage) {
        return recipe.checkpointing().recomputes(stage, sizes.layers() + 2);
    }

    /** What the engine keeps and makes of it, by the size of the micro-batch. */
    public ActivationModel activations() {
        return new TransformerActivations(sizes, recipe).model();
    }

    private long blockWidths() {
        return (long) BLOCK_WIDTHS * sizes.width();
    }

    private long headWidths() {
        return (long) sizes.vocabularySize() + sizes.width();
    }

    private long embeddingWidths() {
        return 2L * sizes.width();
    }

    private long pairs(int layers) {
        return recipe.fusedAttention() ? 0 : (long) PAIR_HALVES * sizes.heads() * layers / 2;
    }
}
