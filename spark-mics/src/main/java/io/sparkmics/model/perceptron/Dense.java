package io.sparkmics.model.perceptron;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** One layer, [b, inputs] to [b, outputs]. */
final class Dense implements Stage {

    private final String name;
    private final boolean activated;
    private final double dropout;
    private final Unit unit;

    /** @param activated whether ReLU and dropout follow */
    Dense(String name, long inputs, long outputs, boolean activated, double dropout) {
        this.name = name;
        this.activated = activated;
        this.dropout = dropout;
        this.unit = Unit.of(
                name,
                Parameter.weight(name + ".weight", Initialization.xavierUniform(inputs, outputs), inputs, outputs),
                Parameter.vector(name + ".bias", Initialization.constant(0), outputs));
    }

    @Override
    public List<Unit> units() {
        return List.of(unit);
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor sum = input.matmul(weights.get(name + ".weight")).add(weights.get(name + ".bias"));
        return activated ? pass.dropout(sum.relu(), dropout, name + ".dropout") : sum;
    }
}
