package io.sparkmics.model.perceptron;

import io.sparkmics.model.LabelLoss;
import io.sparkmics.model.Predictor;
import io.sparkmics.model.Stage;
import java.util.ArrayList;
import java.util.List;

/** A multilayer perceptron: dense layers with ReLU between them, over a vector of numbers. */
public final class Perceptron implements Predictor {

    private final List<Stage> stages;
    private final Dense head;

    Perceptron(PerceptronConfig config) {
        List<Stage> built = new ArrayList<>();
        int width = config.features();
        for (int layer = 0; layer < config.hidden().size(); layer++) {
            int next = config.hidden().get(layer);
            built.add(new Dense("layer." + layer, width, next, true, config.dropout()));
            width = next;
        }
        head = new Dense("head", width, config.outputs(), false, 0);
        built.add(config.classifies() ? LabelLoss.crossEntropy(head) : LabelLoss.squaredError(head));
        stages = List.copyOf(built);
    }

    /** Of classes, as many as the data has; without hidden layers a logistic regression. To be changed from there. */
    public static PerceptronConfig classifier(int features) {
        return new PerceptronConfig(features, List.of(), 0, true, 0);
    }

    /** Of one number; without hidden layers a linear regression. To be changed from there. */
    public static PerceptronConfig regressor(int features) {
        return new PerceptronConfig(features, List.of(), 1, false, 0);
    }

    @Override
    public List<Stage> stages() {
        return stages;
    }

    @Override
    public Stage prediction() {
        return head;
    }
}
