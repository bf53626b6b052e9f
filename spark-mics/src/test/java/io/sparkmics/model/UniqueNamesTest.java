package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class UniqueNamesTest {

    private static Unit unit(String name, String parameter, long size) {
        return Unit.of(name, Parameter.vector(parameter, Initialization.constant(0), size));
    }

    private static Model model(Unit... units) {
        return () -> List.of(new Stage() {
            @Override
            public List<Unit> units() {
                return List.of(units);
            }

            @Override
            public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                return input;
            }
        });
    }

    @Test
    void namesThatAreThereTwiceAreProblems() {
        assertThat(UniqueNames.problems(model(unit("a", "x", 1), unit("a", "y", 2), unit("b", "x", 3))))
                .containsExactly(
                        "Cannot train the model: two different units are named a. "
                                + "Give each unit a name of its own; stages that share weights name equal units.",
                        "Cannot train the model: two parameters are named x. Give each parameter a name of its own.");
    }

    @Test
    void equalUnitsAreOneSharedUnit() {
        assertThat(UniqueNames.problems(model(unit("a", "x", 1), unit("a", "x", 1), unit("b", "y", 1))))
                .isEmpty();
    }
}
