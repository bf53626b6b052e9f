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

    private record Reading(Tensor data) implements ForwardPass {
        @Override
        public boolean training() {
            return false;
        }

        @Override
        public Tensor dropout(Tensor tensor, double probability, String site) {
            return tensor;
        }

        /** Whichever rows it is scored with, a sequence has the same numbers. */
        @Override
        public Tensor uniform(String site, long... shape) {
            long[] seeds = SequenceHash.of(data);
            Arrays.setAll(seeds, i -> 31 * seeds[i] + site.hashCode());
            return UniformNumbers.of(seeds, shape);
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
     * What the last stage makes of each sequence, where that is a vector: see {@link PooledEncoder}.
     *
     * @param sequences of equal length, at most context; -1 pads at the end
     */
    public double[][] outputs(int[][] sequences) {
        try (PointerScope scope = new PointerScope();
                Tensor data = Tokens.tensor(sequences)) {
            return withoutGraph(() -> {
                Tensor outputs = run(data, model.stages()).to(ScalarType.Double).contiguous();
                DoublePointer values = new DoublePointer(outputs.data_ptr());
                double[][] rows = new double[sequences.length][Math.toIntExact(outputs.size(1))];
                for (int row = 0; row < rows.length; row++) {
                    values.position((long) row * rows[row].length).get(rows[row]);
                }
                return rows;
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

    private Tensor run(Tensor data, List<Stage> stages) {
        Tensor tensor = data;
        for (Stage stage : stages) {
            tensor = stage.forward(tensor, weights::get, new Reading(data));
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
