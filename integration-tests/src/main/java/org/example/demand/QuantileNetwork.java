package org.example.demand;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.maximum;
import static org.bytedeco.pytorch.global.torch.stack;

import io.sparkmics.model.*;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.*;

/**
 * Says in which range a number will be: its quantiles, from a vector of numbers and a category.
 *
 * <p>The record is all that is needed to build the model again. It is saved as JSON and sent to the executors: plain values.
 * The jar's {@code META-INF/services/io.sparkmics.model.ModelConfig} lists it, so that a saved model can be loaded.
 *
 * @param numbers of the vector
 * @param categories how many there are
 * @param width of the hidden layer, and of a category's embedding
 * @param quantiles of the label that are predicted, each between 0 and 1
 */
public record QuantileNetwork(int numbers, int categories, int width, List<Double> quantiles)
        implements PredictorConfig {

    /** What the model reads. The first stage is given the first of them; stages ask for others by their names. */
    @Override
    public List<InputColumn> inputs() {
        return List.of(InputColumn.vector("features", numbers), InputColumn.category("store"));
    }

    @Override
    public boolean classifies() {
        return false;
    }

    @Override
    public int outputs() {
        return quantiles.size();
    }

    /** A classifier would ask for as many outputs as there are classes. Here they are the quantiles. */
    @Override
    public QuantileNetwork withOutputs(int changed) {
        return this;
    }

    @Override
    public Predictor build() {
        Output output = new Output(width, quantiles.size());
        return new Network(List.of(new Hidden(numbers, categories, width), new Loss(output, quantiles)), output);
    }

    @Override
    public Map<String, Object> describe() {
        return Map.of("model_type", "quantile-network", "numbers", numbers, "width", width, "quantiles", quantiles);
    }

    /** In training the last stage makes the losses; when rows are scored, the prediction stands in its place. */
    private record Network(List<Stage> stages, Stage prediction) implements Predictor {}

    /** Numbers [b, n] and the store's embedding side by side, to [b, width]. */
    private record Hidden(int numbers, int categories, int width) implements Stage {

        @Override
        public List<Unit> units() {
            return List.of(Unit.of(
                    "hidden",
                    Parameter.weight("stores", Initialization.normal(0.1), categories, width),
                    Parameter.weight(
                            "hidden.weight",
                            Initialization.xavierUniform(numbers + width, width),
                            numbers + width,
                            width),
                    Parameter.vector("hidden.bias", Initialization.constant(0), width)));
        }

        @Override
        public Tensor forward(Tensor features, Weights weights, ForwardPass pass) {
            Tensor stores = embedding(weights.get("stores"), pass.column("store"));
            Tensor both = cat(new TensorVector(features, stores), 1);
            return both.matmul(weights.get("hidden.weight"))
                    .add(weights.get("hidden.bias"))
                    .relu();
        }
    }

    /** [b, width] to [b, quantiles]. */
    private record Output(int width, int outputs) implements Stage {

        @Override
        public List<Unit> units() {
            return List.of(Unit.of(
                    "output",
                    Parameter.weight("output.weight", Initialization.xavierUniform(width, outputs), width, outputs),
                    Parameter.vector("output.bias", Initialization.constant(0), outputs)));
        }

        @Override
        public Tensor forward(Tensor hidden, Weights weights, ForwardPass pass) {
            return hidden.matmul(weights.get("output.weight")).add(weights.get("output.bias"));
        }
    }

    /** [b, width] to [b]: the pinball loss. Too low by one costs q, too high by one 1 - q; so the best guess is the quantile. */
    private record Loss(Output output, List<Double> quantiles) implements Stage {

        @Override
        public List<Unit> units() {
            return output.units();
        }

        @Override
        public Tensor forward(Tensor hidden, Weights weights, ForwardPass pass) {
            Tensor predicted = output.forward(hidden, weights, pass);
            Tensor label = pass.column(RowLayout.LABEL);
            List<Tensor> losses = new ArrayList<>();
            for (int i = 0; i < quantiles.size(); i++) {
                Tensor missing = label.sub(predicted.select(1, i));
                double quantile = quantiles.get(i);
                losses.add(maximum(missing.mul(new Scalar(quantile)), missing.mul(new Scalar(quantile - 1))));
            }
            return stack(new TensorVector(losses.toArray(Tensor[]::new)), 1).sum(1);
        }
    }
}
