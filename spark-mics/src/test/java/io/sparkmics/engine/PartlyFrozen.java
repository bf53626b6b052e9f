package io.sparkmics.engine;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** A model of which some units stay as they are. */
record PartlyFrozen(List<Stage> stages) implements Model {

    static PartlyFrozen of(Model model, Set<String> trained) {
        return new PartlyFrozen(model.stages().stream()
                .map(stage -> (Stage) new Some(stage, trained))
                .toList());
    }

    private record Some(Stage stage, Set<String> trained) implements Stage {
        @Override
        public List<Unit> units() {
            return stage.units().stream()
                    .map(unit -> trained.contains(unit.name()) ? unit : unit.frozen())
                    .toList();
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            return stage.forward(input, weights, pass);
        }

        @Override
        public boolean backwardReadsWeights() {
            return stage.backwardReadsWeights();
        }
    }
}
