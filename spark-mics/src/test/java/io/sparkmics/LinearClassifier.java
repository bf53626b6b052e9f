package io.sparkmics;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.LabelLoss;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Predictor;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A logistic regression that begins at zero, as a user would bring it. */
public record LinearClassifier(int features, int outputs) implements PredictorConfig {

    @Override
    public List<InputColumn> inputs() {
        return List.of(InputColumn.vector("features", features));
    }

    @Override
    public boolean classifies() {
        return true;
    }

    @Override
    public LinearClassifier withOutputs(int changed) {
        return new LinearClassifier(features, changed);
    }

    @Override
    public Predictor build() {
        Logits logits = new Logits(features, outputs);
        return new Stages(List.of(LabelLoss.crossEntropy(logits)), logits);
    }

    @Override
    public Map<String, Object> describe() {
        return Map.of("model_type", "linear", "features", features, "outputs", outputs);
    }

    private record Stages(List<Stage> stages, Stage prediction) implements Predictor {}

    private record Logits(int features, int outputs) implements Stage {

        @Override
        public List<Unit> units() {
            return List.of(Unit.of(
                    "linear",
                    Parameter.weight("weight", Initialization.constant(0), features, outputs),
                    Parameter.vector("bias", Initialization.constant(0), outputs)));
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            return input.matmul(weights.get("weight")).add(weights.get("bias"));
        }
    }
}
