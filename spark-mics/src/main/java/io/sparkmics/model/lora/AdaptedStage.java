package io.sparkmics.model.lora;

import io.sparkmics.model.ChunkedLoss;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A stage whose units stay as they are, and what adapters add to its projections. */
class AdaptedStage implements Stage {

    private final Stage stage;
    private final List<Unit> units;
    private final Map<String, Adapter> adapters;

    private AdaptedStage(Stage stage, List<Unit> units, Map<String, Adapter> adapters) {
        this.stage = stage;
        this.units = units;
        this.adapters = adapters;
    }

    /** @param adapters by the names of their projections */
    static AdaptedStage of(Stage stage, List<Unit> units, Map<String, Adapter> adapters) {
        return stage instanceof ChunkedLoss loss
                ? new Loss(loss, units, adapters)
                : new AdaptedStage(stage, units, adapters);
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        return stage.forward(input, new AdaptedWeights(weights, adapters, pass), pass);
    }

    /** The gradient of an adapter's half is made of the other half, whatever the stage reads. */
    @Override
    public boolean backwardReadsWeights() {
        return units.stream().anyMatch(Unit::trainable) || stage.backwardReadsWeights();
    }

    /** One that is computed some positions at a time stays so. */
    private static final class Loss extends AdaptedStage implements ChunkedLoss {

        private final ChunkedLoss loss;
        private final Map<String, Adapter> adapters;

        Loss(ChunkedLoss loss, List<Unit> units, Map<String, Adapter> adapters) {
            super(loss, units, adapters);
            this.loss = loss;
            this.adapters = adapters;
        }

        @Override
        public long positionsAtATime(long sequences, long length) {
            return loss.positionsAtATime(sequences, length);
        }

        @Override
        public Tensor part(Tensor input, long first, Weights weights, ForwardPass pass) {
            return loss.part(input, first, new AdaptedWeights(weights, adapters, pass), pass);
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            return ChunkedLoss.super.forward(input, weights, pass);
        }
    }
}
