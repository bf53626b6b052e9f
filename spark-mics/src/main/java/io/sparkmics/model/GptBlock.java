package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.addmm;
import static org.bytedeco.pytorch.global.torch.gelu;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** One transformer block of GPT-2, [b, t, width] to [b, t, width]: attention and feed-forward, each behind its norm. */
final class GptBlock implements Stage {

    private final GptConfig config;
    private final String prefix;
    private final GptAttention attention;
    private final Unit unit;

    GptBlock(GptConfig config, int layer) {
        this.config = config;
        this.prefix = "transformer.h." + layer + ".";
        this.attention = new GptAttention(config, prefix);
        long width = config.width();
        // Two additions to the residual stream a block: GPT-2 scales them so that its variance does not
        // grow with depth.
        Initialization residual = Initialization.normal(Gpt.INITIAL_DEVIATION / Math.sqrt(2.0 * config.layers()));
        Initialization zero = Initialization.constant(0);
        Initialization one = Initialization.constant(1);
        this.unit = Unit.of(
                "h." + layer,
                Parameter.weight(prefix + "attn.c_attn.weight", Gpt.normal(), width, 3 * width),
                Parameter.weight(prefix + "attn.c_proj.weight", residual, width, width),
                Parameter.weight(prefix + "mlp.c_fc.weight", Gpt.normal(), width, 4 * width),
                Parameter.weight(prefix + "mlp.c_proj.weight", residual, 4 * width, width),
                Parameter.vector(prefix + "ln_1.weight", one, width),
                Parameter.vector(prefix + "ln_1.bias", zero, width),
                Parameter.vector(prefix + "attn.c_attn.bias", zero, 3 * width),
                Parameter.vector(prefix + "attn.c_proj.bias", zero, width),
                Parameter.vector(prefix + "ln_2.weight", one, width),
                Parameter.vector(prefix + "ln_2.bias", zero, width),
                Parameter.vector(prefix + "mlp.c_fc.bias", zero, 4 * width),
                Parameter.vector(prefix + "mlp.c_proj.bias", zero, width));
    }

    @Override
    public List<Unit> units() {
        return List.of(unit);
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        long sequences = input.size(0);
        long length = input.size(1);
        // Tokens one after another: so a projection is one call, its bias included.
        Tensor tokens = input.reshape(-1, config.width());
        Tensor normed = norm(tokens, config.width(), weights, prefix + "ln_1");
        Tensor attended = attention.forward(normed, sequences, length, weights, pass);
        Tensor middle = tokens.add(dropped(attended, sequences, pass, prefix + "attn.resid_dropout"));
        Tensor wide = gelu(
                project(norm(middle, config.width(), weights, prefix + "ln_2"), weights, prefix + "mlp.c_fc"), "tanh");
        Tensor narrow = project(wide, weights, prefix + "mlp.c_proj");
        return middle.add(dropped(narrow, sequences, pass, prefix + "mlp.dropout"))
                .view(sequences, length, config.width());
    }

    /** @param tokens of so many sequences one after another */
    private Tensor dropped(Tensor tokens, long sequences, ForwardPass pass, String site) {
        if (!pass.training() || config.dropout() == 0) {
            return tokens;
        }
        return pass.dropout(tokens.view(sequences, -1), config.dropout(), site).view(-1, config.width());
    }

    static Tensor norm(Tensor input, long width, Weights weights, String name) {
        return new LayerNorm(name, width, Gpt.LAYER_NORM_EPSILON).of(input, weights);
    }

    /** [n, in] to [n, out]. */
    static Tensor project(Tensor input, Weights weights, String name) {
        return addmm(weights.get(name + ".bias"), input, weights.get(name + ".weight"));
    }
}
