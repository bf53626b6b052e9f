package io.sparkmics.model.perceptron;

import io.sparkmics.model.InputColumn;
import io.sparkmics.model.PredictorConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of a {@link Perceptron}. Immutable: each setter gives a changed copy.
 *
 * @param features numbers of the vector
 * @param hidden widths of the layers between features and outputs
 * @param outputs classes, or 1; 0 where the data is to say how many classes there are
 * @param classifies whether labels are classes
 * @param dropout probability of dropping what a hidden layer makes, in [0, 1)
 */
public record PerceptronConfig(int features, List<Integer> hidden, int outputs, boolean classifies, double dropout)
        implements PredictorConfig {

    public PerceptronConfig {
        hidden = List.copyOf(hidden);
        check(features > 0, "features", features, "must be positive");
        check(hidden.stream().allMatch(width -> width > 0), "hidden", hidden, "must be positive");
        check(
                classifies ? outputs >= 0 : outputs == 1,
                "outputs",
                outputs,
                classifies ? "must not be negative" : "must be 1");
        check(dropout >= 0 && dropout < 1, "dropout", dropout, "must be in [0, 1)");
    }

    private static void check(boolean holds, String name, Object value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "Cannot configure a perceptron: " + name + " = " + value + " " + rule + ".");
        }
    }

    public PerceptronConfig hidden(int... changed) {
        return new PerceptronConfig(features, Arrays.stream(changed).boxed().toList(), outputs, classifies, dropout);
    }

    public PerceptronConfig dropout(double changed) {
        return new PerceptronConfig(features, hidden, outputs, classifies, changed);
    }

    @Override
    public PerceptronConfig withOutputs(int changed) {
        return new PerceptronConfig(features, hidden, changed, classifies, dropout);
    }

    @Override
    public List<InputColumn> inputs() {
        return List.of(InputColumn.vector("features", features));
    }

    @Override
    public Perceptron build() {
        return new Perceptron(this);
    }

    @Override
    public Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("model_type", "perceptron");
        description.put("features", features);
        description.put("hidden", hidden);
        description.put("outputs", outputs);
        description.put("classifies", classifies);
        description.put("dropout", dropout);
        description.put("torch_dtype", "float32");
        return description;
    }
}
