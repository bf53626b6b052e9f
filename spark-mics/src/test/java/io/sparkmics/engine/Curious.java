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

/** A model whose one stage asks for a parameter that it has not declared. */
final class Curious implements Model {

    @Override
    public List<Stage> stages() {
        return List.of(new Stage() {
            @Override
            public List<Unit> units() {
                return List.of(Unit.of("own", Parameter.vector("own.bias", Initialization.constant(0), 2)));
            }

            @Override
            public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                return weights.get("secret");
            }
        });
    }
}
