package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.cat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A trained model with all its weights in this process: for scoring and generation. Any number of threads may read it at
 * once; none may while it is closed.
 */
public final class WholeModel implements AutoCloseable {

    private record Reading(Tensor data, Map<String, Tensor> columns, Optional<Past> past) implements ForwardPass {

        Reading(Tensor data, Optional<Past> past) {
            this(data, Map.of(), past);
        }

        @Override
        public Tensor column(String name) {
            return NamedColumns.get(columns, name);
        }

        @Override
        public Tensor targets() {
            Tensor label = columns.get(RowLayout.LABEL);
            return label == null ? ForwardPass.super.targets() : label;
        }

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
            return losses(new Reading(data, Optional.empty()));
        }
    }

    /**
     * The mean loss of each sequence over those of its tokens that are to be predicted.
     *
     * @param sequences as above
     * @param targets of each one fewer than tokens: what is predicted from each but the last, -1 where nothing is
     */
    public double[] losses(int[][] sequences, int[][] targets) {
        try (PointerScope scope = new PointerScope();
                Tensor data = Tokens.tensor(sequences);
                Tensor label = Tokens.tensor(targets)) {
            return losses(new Reading(data, Map.of(RowLayout.LABEL, label), Optional.empty()));
        }
    }

    private double[] losses(Reading pass) {
        return withoutGraph(() -> {
            Tensor losses = run(model.stages(), pass).to(ScalarType.Double).contiguous();
            double[] values = new double[Math.toIntExact(losses.numel())];
            new DoublePointer(losses.data_ptr()).get(values);
            return values;
        });
    }

    /**
     * What the last stage makes of each sequence, where that is a vector: see {@link PooledEncoder}.
     *
     * @param sequences of equal length, at most context; -1 pads at the end
     */
    public double[][] outputs(int[][] sequences) {
        try (PointerScope scope = new PointerScope();
                Tensor data = Tokens.tensor(sequences)) {
            return withoutGraph(() ->
                    matrix(run(model.stages(), new Reading(data, Optional.empty())), sequences.length));
        }
    }

    /**
     * Begins to go on with sequences of tokens.
     *
     * @param prompts at least one, each of at least one token
     * @param context how many tokens the model sees at most
     * @param tokens how many will be appended to each at most
     * @throws UnsupportedOperationException when the model is not a {@link LanguageModel}
     */
    public Decoding decode(List<int[]> prompts, int context, int tokens) {
        language();
        return new Decoding(this, context, prompts, tokens);
    }

    private LanguageModel language() {
        if (model instanceof LanguageModel language) {
            return language;
        }
        throw new UnsupportedOperationException("Cannot generate text: "
                + model.getClass().getName() + " is not a LanguageModel. Implement its logits().");
    }

    boolean readsPast() {
        return language().readsPast();
    }

    /**
     * The logits of the token that follows each of these sequences.
     *
     * @param sequences each of at least one token, at most context
     */
    float[][] nextLogits(List<int[]> sequences) {
        int longest = sequences.stream().mapToInt(tokens -> tokens.length).max().orElse(0);
        int[][] padded =
                sequences.stream().map(tokens -> padded(tokens, longest + 1)).toArray(int[][]::new);
        return logits(padded, Optional.empty(), trunk -> {
            TensorVector last = new TensorVector();
            for (int row = 0; row < padded.length; row++) {
                last.push_back(trunk.narrow(0, row, 1).narrow(1, sequences.get(row).length - 1, 1));
            }
            return cat(last, 0);
        });
    }

    /** Stages take sequences whose last token is only a target; there is none here. */
    private static int[] padded(int[] tokens, int length) {
        int[] padded = Arrays.copyOf(tokens, length);
        Arrays.fill(padded, tokens.length, length, -1);
        return padded;
    }

    /**
     * The same for sequences of which the cache has all tokens but these, and has them too then.
     *
     * @param newest of equal length; -1 before shorter ones
     */
    float[][] nextLogits(int[][] newest, KeyValueCache cache) {
        int length = newest[0].length;
        int[][] sequences =
                Arrays.stream(newest).map(tokens -> padded(tokens, length + 1)).toArray(int[][]::new);
        try (PointerScope scope = new PointerScope()) {
            cache.begin(length);
            float[][] logits = logits(sequences, Optional.of(cache), trunk -> trunk.narrow(1, length - 1, 1));
            cache.end();
            return logits;
        }
    }

    /** @param last of what the head takes, each sequence's last position */
    private float[][] logits(int[][] sequences, Optional<Past> past, UnaryOperator<Tensor> last) {
        List<Stage> trunk = model.stages().subList(0, model.stages().size() - 1);
        try (PointerScope scope = new PointerScope();
                Tensor data = Tokens.tensor(sequences)) {
            Reading pass = new Reading(data, past);
            return withoutGraph(() -> {
                Tensor logits = language().logits().forward(last.apply(run(trunk, pass)), weights::get, pass);
                return rows(logits.to(ScalarType.Float).contiguous());
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
            Reading pass = new Reading(columns.get(layout.inputs().get(0).name()), columns, Optional.empty());
            return withoutGraph(() -> {
                Tensor input = run(model.stages().subList(0, model.stages().size() - 1), pass);
                return matrix(predictor.prediction().forward(input, weights::get, pass), rows);
            });
        } finally {
            columns.values().forEach(Tensor::close);
        }
    }

    private Tensor run(List<Stage> stages, Reading pass) {
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

    /** @param logits [b, 1, vocabulary] */
    private static float[][] rows(Tensor logits) {
        float[][] rows = new float[Math.toIntExact(logits.size(0))][Math.toIntExact(logits.size(2))];
        FloatPointer values = new FloatPointer(logits.data_ptr());
        for (int row = 0; row < rows.length; row++) {
            values.position((long) row * rows[row].length).get(rows[row]);
        }
        return rows;
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

    @Override
    public void close() {
        weights.values().forEach(Tensor::close);
    }
}
