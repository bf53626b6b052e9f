package io.sparkmics;

import static org.bytedeco.pytorch.global.torch.stack;

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
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Of text, a vector, a number and a category: predicts what it has read, times a parameter that begins at one. The four outputs
 * are the sum of the tokens that there are, how many they are, the sum of the vector, and number and category together.
 */
public record EchoRegressor(int length, int vector) implements PredictorConfig {

    @Override
    public List<InputColumn> inputs() {
        return List.of(
                InputColumn.tokens("text", length).paddedToLongest(),
                InputColumn.vector("measured", vector),
                InputColumn.number("age"),
                InputColumn.category("kind"));
    }

    @Override
    public boolean classifies() {
        return false;
    }

    @Override
    public int outputs() {
        return 4;
    }

    @Override
    public EchoRegressor withOutputs(int changed) {
        return this;
    }

    @Override
    public int vocabularySize() {
        return 257;
    }

    @Override
    public Predictor build() {
        return new Stages(List.of(LabelLoss.squaredError(new Echo())), new Echo());
    }

    @Override
    public Map<String, Object> describe() {
        return Map.of("model_type", "echo");
    }

    private record Stages(List<Stage> stages, Stage prediction) implements Predictor {}

    private record Echo() implements Stage {

        @Override
        public List<Unit> units() {
            return List.of(Unit.of("scale", Parameter.vector("scale", Initialization.constant(1), 1)));
        }

        @Override
        public Tensor forward(Tensor tokens, Weights weights, ForwardPass pass) {
            Tensor scale = weights.get("scale");
            Tensor sum = tokens.clamp_min(new Scalar(0L)).sum(1).to(scale.scalar_type());
            Tensor count = tokens.ge(new Scalar(0L)).sum(1).to(scale.scalar_type());
            Tensor measured = pass.column("measured").sum(1);
            Tensor both = pass.column("age").add(pass.column("kind").to(scale.scalar_type()));
            return stack(new TensorVector(sum, count, measured, both), 1).mul(scale);
        }
    }
}
