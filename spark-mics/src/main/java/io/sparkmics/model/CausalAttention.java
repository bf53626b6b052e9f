package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * What every token takes of those before it and of itself, fused. What a token attends to is never dropped: a fused kernel would
 * draw its masks from the global generator.
 */
public final class CausalAttention {

    private CausalAttention() {}

    /**
     * @param query [b, heads, t, d]
     * @param key [b, heads of keys, t, d]: as many as ask, or fewer that several ask
     * @param value as the keys
     * @param site unique in the model
     * @return [b, heads, t, d]
     */
    public static Tensor of(Tensor query, Tensor key, Tensor value, String site, ForwardPass pass) {
        return pass.past()
                .map(past -> past.attend(query, key, value, site))
                .orElseGet(() -> fused(query, key, value, new TensorOptional(), true));
    }

    /**
     * @param mask true where a token attends, or what is added to its scores: [b, 1, t, those of keys]; undefined: everywhere
     * @param causal whether none attends to those behind it; not with a mask
     */
    static Tensor fused(Tensor query, Tensor key, Tensor value, TensorOptional mask, boolean causal) {
        long each = query.size(1) / key.size(1);
        return scaled_dot_product_attention(
                query, shared(key, each), shared(value, each), mask, 0, causal, new DoubleOptional(), false);
    }

    /** Each key and value once for every head that asks it. */
    private static Tensor shared(Tensor asked, long each) {
        if (each == 1) {
            return asked;
        }
        return asked.unsqueeze(2)
                .expand(asked.size(0), asked.size(1), each, asked.size(2), asked.size(3))
                .reshape(asked.size(0), asked.size(1) * each, asked.size(2), asked.size(3));
    }
}
