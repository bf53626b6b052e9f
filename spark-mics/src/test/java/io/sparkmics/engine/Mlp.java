package io.sparkmics.engine;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Model;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A model that is not a transformer, as a user would bring it: two layers, mean squared error. Data are rows of numbers
 * whose last column is what is to be predicted.
 */
record Mlp(int inputs, int hidden, Initialization initialization) implements Model {

    @Override
    public List<Stage> stages() {
        return List.of(new Hidden(inputs, hidden, initialization), new Error(hidden, initialization));
    }

    /** [b, inputs + 1] to [b, hidden]. */
    private record Hidden(int inputs, int hidden, Initialization initialization) implements Stage {
        @Override
        public List<Unit> units() {
            return List.of(Unit.of(
                    "hidden",
                    Parameter.vector("hidden.bias", Initialization.constant(0), hidden),
                    Parameter.weight("hidden.weight", initialization, inputs, hidden)));
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            return input.narrow(1, 0, inputs)
                    .matmul(weights.get("hidden.weight"))
                    .add(weights.get("hidden.bias"))
                    .relu();
        }
    }

    /** [b, hidden] to [b]. */
    private record Error(int hidden, Initialization initialization) implements Stage {
        @Override
        public List<Unit> units() {
            return List.of(Unit.of("output", Parameter.weight("output.weight", initialization, hidden, 1)));
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            Tensor predicted = input.matmul(weights.get("output.weight")).squeeze(1);
            Tensor wanted = pass.data().select(1, pass.data().size(1) - 1);
            return predicted.sub(wanted).square();
        }
    }
}
