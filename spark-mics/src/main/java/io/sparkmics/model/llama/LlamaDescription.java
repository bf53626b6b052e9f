package io.sparkmics.model.llama;

import io.sparkmics.model.Description;
import java.util.LinkedHashMap;
import java.util.Map;

/** The sizes of a {@link Llama} from {@code config.json}, and what of it we do not have. */
final class LlamaDescription {

    /** By what {@code model_type} says. */
    static final Map<String, String> ARCHITECTURES = Map.of(
            "llama", "LlamaForCausalLM",
            "qwen2", "Qwen2ForCausalLM",
            "mistral", "MistralForCausalLM");

    /** Whoever wants longer sequences says so: they take memory. */
    private static final int LONGEST_CONTEXT = 2048;

    private static final double ROTARY_BASE = 10000;

    private LlamaDescription() {}

    /** @throws IllegalArgumentException with everything that is not as in a {@link Llama} */
    static LlamaConfig read(Map<String, ?> config) {
        Description description = new Description("Llama", config);
        String family = String.valueOf(config.get("model_type"));
        boolean mistral = family.equals("mistral");
        // Where an entry is absent the library takes these.
        int heads = description.size("num_attention_heads", 32);
        int width = description.size("hidden_size", 4096);
        int positions = description.size("max_position_embeddings", mistral ? 131072 : 2048);
        description.requireOneOf("hidden_act", "silu", "silu");
        description.requireOneOf("mlp_bias", false, false);
        description.requireOneOf("partial_rotary_factor", 1, 1);
        if (family.equals("llama")) {
            // With one, the projection behind attention has one too.
            description.requireOneOf("attention_bias", false, false);
        }
        if (mistral || description.flag("use_sliding_window", false)) {
            positions = Math.min(positions, description.sizeOrNone("sliding_window", mistral ? 4096 : 0, positions));
        }
        int keyValueHeads = description.sizeOrNone("num_key_value_heads", mistral ? 8 : 0, heads);
        int headSize = description.sizeOrNone("head_dim", 0, Math.max(2, width / heads));
        int feedForwardWidth = description.size("intermediate_size", mistral ? 14336 : 11008);
        int layers = description.size("num_hidden_layers", 32);
        int vocabularySize = description.size("vocab_size", 32000);
        double epsilon = description.number("rms_norm_eps", 1e-6);
        boolean tied = description.flag("tie_word_embeddings", false);
        // Since its fifth version the library has both in one entry.
        Description rotation = description.inside("rope_parameters");
        double base = rotation.number("rope_theta", description.number("rope_theta", ROTARY_BASE));
        RotaryScaling scaling = scaling(rotation.isEmpty() ? description.inside("rope_scaling") : rotation);
        description.check();
        return new LlamaConfig(
                family,
                layers,
                heads,
                keyValueHeads,
                headSize,
                width,
                feedForwardWidth,
                Math.min(positions, LONGEST_CONTEXT),
                positions,
                vocabularySize,
                epsilon,
                base,
                scaling,
                tied,
                family.equals("qwen2"));
    }

    private static RotaryScaling scaling(Description entry) {
        entry.requireOneOf("partial_rotary_factor", 1, 1);
        String named = entry.has("rope_type") ? "rope_type" : "type";
        entry.requireOneOf(named, "default", "default", "linear", "llama3");
        String type = entry.text(named, "default");
        double factor = type.equals("default") ? 1 : entry.number("factor", 1);
        if (!type.equals("llama3")) {
            return entry.fine() ? new RotaryScaling(type, factor, 1, 1, 1) : RotaryScaling.NONE;
        }
        double low = entry.number("low_freq_factor", 1);
        double high = entry.number("high_freq_factor", 4);
        int original = entry.size("original_max_position_embeddings", 8192);
        return entry.fine() ? new RotaryScaling(type, factor, low, high, original) : RotaryScaling.NONE;
    }

    /** Null where positions are as they are. */
    static Map<String, Object> describe(RotaryScaling scaling) {
        if (scaling.type().equals("default")) {
            return null;
        }
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("rope_type", scaling.type());
        description.put("factor", scaling.factor());
        if (scaling.type().equals("llama3")) {
            description.put("low_freq_factor", scaling.lowFrequencyFactor());
            description.put("high_freq_factor", scaling.highFrequencyFactor());
            description.put("original_max_position_embeddings", scaling.originalPositions());
        }
        return description;
    }
}
