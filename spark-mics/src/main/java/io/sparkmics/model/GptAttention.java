package io.sparkmics.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** Causal self-attention: [b · t, width] to [b · t, width]. */
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
    Tensor forward(Tensor input, long sequences, long length, Weights weights, ForwardPass pass) {
        TensorVector queryKeyValue =
                GptBlock.project(input, weights, prefix + "attn.c_attn").split(config.width(), 1);
        Tensor mixed = CausalAttention.of(
                heads(queryKeyValue.get(0), sequences, length),
                heads(queryKeyValue.get(1), sequences, length),
                heads(queryKeyValue.get(2), sequences, length),
                prefix + "attn",
                pass);
        Tensor merged = mixed.transpose(1, 2).reshape(sequences * length, config.width());
        return GptBlock.project(merged, weights, prefix + "attn.c_proj");
    }

    private Tensor heads(Tensor tensor, long sequences, long length) {
        return tensor.view(sequences, length, config.heads(), config.width() / config.heads())
                .transpose(1, 2);
    }
}
