package io.sparkmics.engine;

import io.sparkmics.model.ChunkedLoss;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A loss that is computed so many positions at a time, however small the model is.
 *
 * @param lengths hears how many positions each part had
 * @param read hears what each part read weights from
 */
record FixedChunks(ChunkedLoss loss, long positions, List<Long> lengths, List<Weights> read) implements ChunkedLoss {

    /** A Gpt with such a loss. */
    static Model model(GptConfig config, long positions) {
        return model(config, positions, new ArrayList<>());
    }

    static Model model(GptConfig config, long positions, List<Long> lengths) {
        List<Stage> stages = new ArrayList<>(config.build().stages());
        ChunkedLoss loss = (ChunkedLoss) stages.remove(stages.size() - 1);
        List<Long> shared = Collections.synchronizedList(lengths);
        stages.add(new FixedChunks(loss, positions, shared, Collections.synchronizedList(new ArrayList<>())));
        return () -> stages;
    }

    @Override
    public List<Unit> units() {
        return loss.units();
    }

    @Override
    public long positionsAtATime(long sequences, long length) {
        return positions;
    }

    @Override
    public Tensor part(Tensor input, long first, Weights weights, ForwardPass pass) {
        lengths.add(input.size(1));
        read.add(weights);
        return loss.part(input, first, weights, pass);
    }
}
