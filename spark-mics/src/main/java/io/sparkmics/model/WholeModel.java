package io.sparkmics.model;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A trained model with all its weights in this process: for scoring and generation. Any number of threads may read it at
 * once; none may while it is closed.
 */
public final class WholeModel implements AutoCloseable {

    private record Reading(Tensor data, Map<String, Tensor> columns) implements ForwardPass {
        Reading(Tensor data) {
            this(data, Map.of());
        }

        @Override
        public Tensor column(String name) {
            return NamedColumns.get(columns, name);
        }

        @Override
        public boolean training() {
            return false;
        }

        @Override
        public Tensor dropout(Tensor tensor, double probability, String site) {
            return tensor;
        }
    }

    private final Model model;
    private final Map<String, Tensor> weights;

    private WholeModel(Model model, Map<String, Tensor> weights) {
        this.model = model;
        this.weights = Map.copyOf(weights);
    }

    /**
     * @param weights one tensor for each parameter, in its declared shape; owned by the result, also when this fails
     * @throws IllegalArgumentException naming every parameter that is missing or has another shape
     */
    public static WholeModel of(Model model, Map<String, Tensor> weights) {
        List<String> problems = model.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .filter(parameter -> !fits(parameter, weights.get(parameter.name())))
                .map(parameter -> parameter.name() + " " + parameter.shape())
                .toList();
        if (!problems.isEmpty()) {
            weights.values().forEach(Tensor::close);
            throw new IllegalArgumentException("Cannot use the saved weights: " + problems.size()
                    + " parameters are missing or have other shapes: " + String.join(", ", problems)
                    + ". Load them with the configuration that they were trained with.");
        }
        return new WholeModel(model, weights);
    }

    private static boolean fits(Parameter parameter, Tensor value) {
        if (value == null || value.dim() != parameter.shape().size()) {
            return false;
        }
        for (int dimension = 0; dimension < value.dim(); dimension++) {
            if (value.size(dimension) != parameter.shape().get(dimension)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The mean loss of each sequence over the tokens that it predicts.
     *
     * @param sequences of equal length, at least 2 and at most context + 1; -1 pads at the end
     */
    public double[] losses(int[][] sequences) {
        try (PointerScope scope = new PointerScope();
                Tensor data = Tokens.tensor(sequences)) {
            return withoutGraph(() -> {
                Tensor losses = run(data, model.stages()).to(ScalarType.Double).contiguous();
                double[] values = new double[Math.toIntExact(losses.numel())];
                new DoublePointer(losses.data_ptr()).get(values);
                return values;
            });
        }
    }

    /**
     * The logits of the token that follows.
     *
     * @param tokens at least one, at most context
     * @throws UnsupportedOperationException when the model is not a {@link LanguageModel}
     */
    public float[] nextLogits(int[] tokens) {
        if (!(model instanceof LanguageModel language)) {
            throw new UnsupportedOperationException("Cannot generate text: "
                    + model.getClass().getName() + " is not a LanguageModel. Implement its logits().");
        }
        // Stages take sequences whose last token is only a target; there is none here.
        int[] sequence = Arrays.copyOf(tokens, tokens.length + 1);
        List<Stage> trunk = model.stages().subList(0, model.stages().size() - 1);
        try (PointerScope scope = new PointerScope();
                Tensor data = Tokens.tensor(new int[][] {sequence})) {
            return withoutGraph(() -> {
                Tensor last = run(data, trunk).narrow(1, tokens.length - 1, 1);
                Tensor logits = language.logits().forward(last, weights::get, new Reading(data));
                return floats(logits.to(ScalarType.Float).contiguous());
            });
        }
    }

    /**
     * What a {@link Predictor} says of rows.
     *
     * @param words row-major, as the layout has them
     * @return its outputs, a row each
     * @throws UnsupportedOperationException when the model is none
     */
    public double[][] predictions(RowLayout layout, int[] words, int rows) {
        if (!(model instanceof Predictor predictor)) {
            throw new UnsupportedOperationException("Cannot predict: "
                    + model.getClass().getName() + " is not a Predictor. Implement its prediction().");
        }
        ScalarType type = weights.values().iterator().next().scalar_type().intern();
        Map<String, Tensor> columns = Rows.tensors(layout, words, rows, type);
        try (PointerScope scope = new PointerScope()) {
            Reading pass = new Reading(columns.get(layout.inputs().get(0).name()), columns);
            return withoutGraph(() -> {
                Tensor input =
                        run(pass, model.stages().subList(0, model.stages().size() - 1));
                return matrix(predictor.prediction().forward(input, weights::get, pass), rows);
            });
        } finally {
            columns.values().forEach(Tensor::close);
        }
    }

    private Tensor run(Tensor data, List<Stage> stages) {
        return run(new Reading(data), stages);
    }

    private Tensor run(Reading pass, List<Stage> stages) {
        Tensor tensor = pass.data();
        for (Stage stage : stages) {
            tensor = stage.forward(tensor, weights::get, pass);
        }
        return tensor;
    }

    private static <T> T withoutGraph(Supplier<T> work) {
        NoGradGuard guard = new NoGradGuard();
        try {
            return work.get();
        } finally {
            guard.close();
        }
    }

    private static double[][] matrix(Tensor outputs, int rows) {
        Tensor doubles = outputs.to(ScalarType.Double).contiguous();
        int width = Math.toIntExact(doubles.numel() / rows);
        DoublePointer values = new DoublePointer(doubles.data_ptr());
        double[][] matrix = new double[rows][width];
        for (int row = 0; row < rows; row++) {
            values.position((long) row * width).get(matrix[row]);
        }
        return matrix;
    }

    private static float[] floats(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        new FloatPointer(tensor.data_ptr()).get(values);
        return values;
    }

    @Override
    public void close() {
        weights.values().forEach(Tensor::close);
    }
}
