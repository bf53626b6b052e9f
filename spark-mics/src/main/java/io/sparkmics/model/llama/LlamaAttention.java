package io.sparkmics.model.llama;

import static org.bytedeco.pytorch.global.torch.linear;

import io.sparkmics.model.CausalAttention;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Causal self-attention in which several heads ask the same keys and values: [b, t, width] to [b, t, width]. */
final class LlamaAttention {

    private final LlamaConfig config;
    private final String prefix;

    LlamaAttention(LlamaConfig config, String prefix) {
        this.config = config;
        this.prefix = prefix;
    }

    List<Parameter> parameters() {
        long width = config.width();
        long asking = (long) config.heads() * config.headSize();
        long asked = (long) config.keyValueHeads() * config.headSize();
        Initialization normal = Initialization.normal(LlamaConfig.INITIAL_DEVIATION);
        List<Parameter> parameters = new ArrayList<>(List.of(
                Parameter.weight(prefix + "q_proj.weight", normal, asking, width),
                Parameter.weight(prefix + "k_proj.weight", normal, asked, width),
                Parameter.weight(prefix + "v_proj.weight", normal, asked, width),
                Parameter.weight(prefix + "o_proj.weight", normal, width, asking)));
        if (config.attentionBias()) {
            Initialization zero = Initialization.constant(0);
            parameters.add(Parameter.vector(prefix + "q_proj.bias", zero, asking));
            parameters.add(Parameter.vector(prefix + "k_proj.bias", zero, asked));
            parameters.add(Parameter.vector(prefix + "v_proj.bias", zero, asked));
        }
        return parameters;
    }

    Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Rotation rotation = Rotation.of(config, input, pass);
        Tensor query = rotation.turn(heads(input, "q_proj", config.heads(), weights));
        Tensor key = rotation.turn(heads(input, "k_proj", config.keyValueHeads(), weights));
        Tensor value = heads(input, "v_proj", config.keyValueHeads(), weights);
        Tensor mixed = CausalAttention.of(query, key, value, prefix, pass);
        Tensor merged = mixed.transpose(1, 2).reshape(input.size(0), input.size(1), -1);
        return linear(merged, weights.get(prefix + "o_proj.weight"));
    }

    private Tensor heads(Tensor input, String name, int heads, Weights weights) {
        Tensor projected = config.attentionBias()
                ? linear(
                        input,
                        weights.get(prefix + name + ".weight"),
                        new TensorOptional(weights.get(prefix + name + ".bias")))
                : linear(input, weights.get(prefix + name + ".weight"));
        return projected
                .view(input.size(0), input.size(1), heads, config.headSize())
                .transpose(1, 2);
    }
}
