package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.linear;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * The projection of a head to its vocabulary: [b, t, width] to [b, t, vocabulary].
 *
 * <p>On a GPU by way of a table with rows of zeros behind it, so that the rows of the product begin at addresses that its tensor
 * cores can be fed from. What is behind the vocabulary is cut off again: it has no part in losses, gradients and what is saved.
 */
public final class VocabularyProjection {

    private VocabularyProjection() {}

    /** @param table name of a parameter [vocabulary, width] */
    public static Tensor of(Tensor input, String table, Weights weights) {
        return cut(linear(input, weights.aligned(table)), table, weights);
    }

    /**
     * @param table name of a parameter [vocabulary, width]
     * @param bias name of a parameter [vocabulary]
     */
    public static Tensor of(Tensor input, String table, String bias, Weights weights) {
        TensorOptional added = new TensorOptional(weights.aligned(bias));
        return cut(linear(input, weights.aligned(table), added), table, weights);
    }

    private static Tensor cut(Tensor logits, String table, Weights weights) {
        long vocabulary = weights.get(table).size(0);
        return logits.size(-1) == vocabulary ? logits : logits.narrow(-1, 0, vocabulary);
    }

    static Tensor alignedOnGpu(Tensor parameter) {
        return parameter.is_cuda() ? aligned(parameter) : parameter;
    }

    /**
     * With rows of zeros behind it where some are missing. The backward pass keeps nothing for itself and copies nothing: the
     * parameter's gradient is a view. So one such table can be in the graphs of several parts of a loss.
     */
    static Tensor aligned(Tensor parameter) {
        long[] missing = parameter.sizes().vec().get();
        missing[0] = AlignedRows.count(missing[0]) - missing[0];
        return missing[0] == 0 ? parameter : cat(new TensorVector(parameter, parameter.new_zeros(missing)), 0);
    }
}
