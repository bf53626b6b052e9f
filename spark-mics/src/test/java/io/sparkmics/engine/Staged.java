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

/** Models in a few words: each stage a function and the units that it reads. */
public record Staged(List<Stage> stages) implements Model {

    @FunctionalInterface
    public interface Forward {
        Tensor run(Tensor input, Weights weights, ForwardPass pass);
    }

    public static Staged of(Stage... stages) {
        return new Staged(List.of(stages));
    }

    public static Stage stage(List<Unit> units, Forward forward) {
        return new Stage() {
            @Override
            public List<Unit> units() {
                return units;
            }

            @Override
            public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                return forward.run(input, weights, pass);
            }
        };
    }

    public static Stage stage(Forward forward) {
        return stage(List.of(), forward);
    }

    /** A unit of one matrix; both have the name. */
    public static Unit matrix(String name, long... shape) {
        return Unit.of(name, Parameter.weight(name, Initialization.normal(0.5), shape));
    }
}
