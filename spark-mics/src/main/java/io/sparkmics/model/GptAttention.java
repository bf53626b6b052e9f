package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Causal self-attention, [b, t, width] to [b, t, width]. */
final class GptAttention {

    private final GptConfig config;
    private final String prefix;

    GptAttention(GptConfig config, String prefix) {
        this.config = config;
        this.prefix = prefix;
    }

    Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        TensorVector queryKeyValue =
                GptBlock.project(input, weights, prefix + "attn.c_attn").split(config.width(), 2);
        Tensor query = heads(queryKeyValue.get(0));
        Tensor key = heads(queryKeyValue.get(1));
        Tensor value = heads(queryKeyValue.get(2));
        Tensor mixed = pass.training() && config.dropout() > 0
                ? explicit(query, key, value, pass)
                : scaled_dot_product_attention(
                        query, key, value, new TensorOptional(), 0, true, new DoubleOptional(), false);
        Tensor merged = mixed.transpose(1, 2).reshape(input.size(0), input.size(1), config.width());
        return GptBlock.project(merged, weights, prefix + "attn.c_proj");
    }

    private Tensor heads(Tensor tensor) {
        return tensor.view(tensor.size(0), tensor.size(1), config.heads(), config.width() / config.heads())
                .transpose(1, 2);
    }

    /** Step by step, because a fused kernel would draw its masks from the global generator. */
    private Tensor explicit(Tensor query, Tensor key, Tensor value, ForwardPass pass) {
        double scale = 1 / Math.sqrt((double) config.width() / config.heads());
        Tensor scores = query.matmul(key.transpose(-2, -1)).mul(new Scalar(scale));
        Tensor past = torch.ones(new long[] {query.size(2), query.size(2)}, query.options())
                .tril();
        Tensor masked = scores.masked_fill(past.eq(new Scalar(0L)), new Scalar(Double.NEGATIVE_INFINITY));
        Tensor probabilities = pass.dropout(masked.softmax(-1), config.dropout(), prefix + "attn.attn_dropout");
        return probabilities.matmul(value);
    }
}
