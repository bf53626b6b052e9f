package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;

/**
 * Causal self-attention, [b · t, width] to [b · t, width], fused. What a token attends to is never dropped: a fused kernel
 * would draw its masks from the global generator.
 */
final class GptAttention {

    private final GptConfig config;
    private final String prefix;

    GptAttention(GptConfig config, String prefix) {
        this.config = config;
        this.prefix = prefix;
    }

    /**
     * @param sequences b
     * @param length t
     */
    Tensor forward(Tensor input, long sequences, long length, Weights weights) {
        TensorVector queryKeyValue =
                GptBlock.project(input, weights, prefix + "attn.c_attn").split(config.width(), 1);
        Tensor mixed = scaled_dot_product_attention(
                heads(queryKeyValue.get(0), sequences, length),
                heads(queryKeyValue.get(1), sequences, length),
                heads(queryKeyValue.get(2), sequences, length),
                new TensorOptional(),
                0,
                true,
                new DoubleOptional(),
                false);
        Tensor merged = mixed.transpose(1, 2).reshape(sequences * length, config.width());
        return GptBlock.project(merged, weights, prefix + "attn.c_proj");
    }

    private Tensor heads(Tensor tensor, long sequences, long length) {
        return tensor.view(sequences, length, config.heads(), config.width() / config.heads())
                .transpose(1, 2);
    }
}
