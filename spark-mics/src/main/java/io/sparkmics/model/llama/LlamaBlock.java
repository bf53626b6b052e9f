package io.sparkmics.model.llama;

import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.silu;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** One block, [b, t, width] to [b, t, width]: attention and a gated feed-forward, each behind its norm. */
final class LlamaBlock implements Stage {

    private final LlamaAttention attention;
    private final RmsNorm beforeAttention;
    private final RmsNorm beforeFeedForward;
    private final String feedForward;
    private final Unit unit;

    LlamaBlock(LlamaConfig config, int layer) {
        String prefix = "model.layers." + layer + ".";
        attention = new LlamaAttention(config, prefix + "self_attn.");
        beforeAttention = new RmsNorm(prefix + "input_layernorm.weight", config.normEpsilon());
        beforeFeedForward = new RmsNorm(prefix + "post_attention_layernorm.weight", config.normEpsilon());
        feedForward = prefix + "mlp.";
        Initialization normal = Initialization.normal(LlamaConfig.INITIAL_DEVIATION);
        Initialization one = Initialization.constant(1);
        long width = config.width();
        long wide = config.feedForwardWidth();
        List<Parameter> parameters = new ArrayList<>(attention.parameters());
        parameters.add(Parameter.weight(feedForward + "gate_proj.weight", normal, wide, width));
        parameters.add(Parameter.weight(feedForward + "up_proj.weight", normal, wide, width));
        parameters.add(Parameter.weight(feedForward + "down_proj.weight", normal, width, wide));
        parameters.add(Parameter.vector(beforeAttention.weight(), one, width));
        parameters.add(Parameter.vector(beforeFeedForward.weight(), one, width));
        unit = new Unit("layers." + layer, parameters);
    }

    @Override
    public List<Unit> units() {
        return List.of(unit);
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor attended = attention.forward(normed(beforeAttention, input, weights), weights, pass);
        Tensor middle = input.add(attended);
        Tensor normed = normed(beforeFeedForward, middle, weights);
        Tensor gate = silu(linear(normed, weights.get(feedForward + "gate_proj.weight")));
        Tensor gated = gate.mul(linear(normed, weights.get(feedForward + "up_proj.weight")));
        return middle.add(linear(gated, weights.get(feedForward + "down_proj.weight")));
    }

    private static Tensor normed(RmsNorm norm, Tensor input, Weights weights) {
        return norm.of(input, weights.get(norm.weight()));
    }
}
