package io.sparkmics.model;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The weights of one pass whose loss comes in parts: what is aligned for one part is there for the next ones. */
public final class SharedWeights implements Weights, AutoCloseable {

    private final Weights weights;
    private final Map<String, Tensor> aligned = new HashMap<>();

    /** @param weights the same until this is closed */
    public SharedWeights(Weights weights) {
        this.weights = weights;
    }

    @Override
    public Tensor get(String name) {
        return weights.get(name);
    }

    @Override
    public Tensor aligned(String name) {
        return aligned.computeIfAbsent(name, this::kept);
    }

    /** Beyond the scope of the part that asked first. Where nothing is missing it is a parameter, which others close. */
    private Tensor kept(String name) {
        Tensor kept = new Tensor(weights.aligned(name));
        kept.retainReference();
        return kept;
    }

    @Override
    public Tensor adapted(String projection, Tensor input, Tensor output) {
        return weights.adapted(projection, input, output);
    }

    /** Behind the last part's backward pass, where there is one. */
    @Override
    public void close() {
        aligned.values().forEach(Tensor::close);
    }
}
