package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SameTrainingTest {

    private static final List<Turn> REFERENCE =
            List.of(turn(List.of(5.0, 4.0), List.of(2.0, 1.0)), turn(List.of(3.0), List.of(1.0)));

    private static Turn turn(List<Double> losses, List<Double> norms) {
        return new Turn(losses, losses, norms, Optional.empty(), 1, new InterfaceBytes(List.of(0L), List.of(0L)));
    }

    @Test
    void roundingIsNoDifference() {
        List<Turn> turns =
                List.of(turn(List.of(5.00001, 3.9999), List.of(2.0001, 7.0)), turn(List.of(3.001), List.of(1.0)));

        assertThat(SameTraining.difference(turns, REFERENCE)).isEmpty();
    }

    @Test
    void aLossThatGoesAnotherWayIsToldWithItsStep() {
        List<Turn> turns = List.of(turn(List.of(5.0, 4.0), List.of(2.0, 1.0)), turn(List.of(3.1), List.of(1.0)));

        assertThat(SameTraining.difference(turns, REFERENCE))
                .hasValue("loss of step 2 is 3.100000 in place of 3.000000");
    }

    @Test
    void aLossThatIsNoNumberIsADifference() {
        List<Turn> turns = List.of(turn(List.of(5.0, Double.NaN), List.of(2.0, 1.0)), turn(List.of(3.0), List.of(1.0)));

        assertThat(SameTraining.difference(turns, REFERENCE)).hasValue("loss of step 1 is NaN in place of 4.000000");
    }

    @Test
    void anotherGradientIsADifferenceWhereAdamHidesIt() {
        List<Turn> turns = List.of(turn(List.of(5.0, 4.0), List.of(4.0, 1.0)), turn(List.of(3.0), List.of(1.0)));

        assertThat(SameTraining.difference(turns, REFERENCE))
                .hasValue("gradient norm of step 0 is 4.000000 in place of 2.000000");
    }
}
