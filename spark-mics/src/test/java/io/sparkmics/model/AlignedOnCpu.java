package io.sparkmics.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A GPU's way of aligning, on the CPU. Writes down what it has aligned. */
public record AlignedOnCpu(Weights weights, List<String> made) implements Weights {

    public AlignedOnCpu(Weights weights) {
        this(weights, new ArrayList<>());
    }

    /** The model with a last stage that reads its weights so. */
    public static Model of(Model model) {
        List<Stage> stages = new ArrayList<>(model.stages());
        stages.add(new Loss((ChunkedLoss) stages.remove(stages.size() - 1)));
        return () -> stages;
    }

    @Override
    public Tensor get(String name) {
        return weights.get(name);
    }

    @Override
    public Tensor aligned(String name) {
        made.add(name);
        return VocabularyProjection.aligned(weights.get(name));
    }

    private record Loss(ChunkedLoss loss) implements ChunkedLoss {

        @Override
        public List<Unit> units() {
            return loss.units();
        }

        @Override
        public long positionsAtATime(long sequences, long length) {
            return loss.positionsAtATime(sequences, length);
        }

        @Override
        public Tensor part(Tensor input, long first, Weights weights, ForwardPass pass) {
            return loss.part(input, first, new AlignedOnCpu(weights), pass);
        }
    }
}
