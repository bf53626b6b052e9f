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

    private LlamaDescription() {}

    /** @throws IllegalArgumentException with everything that is not as in a {@link Llama} */
    static LlamaConfig read(Map<String, ?> config) {
        Description description = new Description("Llama", config);
        String family = String.valueOf(config.get("model_type"));
        int heads = description.size("num_attention_heads", 32);
        int width = description.size("hidden_size", 4096);
        int positions = description.size("max_position_embeddings", 2048);
        description.requireOneOf("hidden_act", "silu", "silu");
        description.requireOneOf("mlp_bias", false, false);
        if (family.equals("llama")) {
            // With one, the projection behind attention has one too.
            description.requireOneOf("attention_bias", false, false);
        }
        boolean windows = family.equals("mistral") || Boolean.TRUE.equals(config.get("use_sliding_window"));
        if (windows && config.get("sliding_window") instanceof Integer window) {
            positions = Math.min(positions, window);
        }
        Object headSize = config.get("head_dim");
        LlamaConfig read = new LlamaConfig(
                family,
                description.size("num_hidden_layers", 32),
                heads,
                description.size("num_key_value_heads", heads),
                headSize == null ? Math.max(2, width / heads) : description.size("head_dim", 1),
                width,
                description.size("intermediate_size", 11008),
                Math.min(positions, LONGEST_CONTEXT),
                positions,
                description.size("vocab_size", 32000),
                description.number("rms_norm_eps", 1e-6),
                description.number("rope_theta", 10000),
                scaling(description),
                description.flag("tie_word_embeddings", false),
                family.equals("qwen2"));
        description.check();
        return read;
    }

    private static RotaryScaling scaling(Description description) {
        Map<String, ?> scaling = description.object("rope_scaling");
        if (scaling.isEmpty()) {
            return RotaryScaling.NONE;
        }
        Object type = scaling.containsKey("rope_type") ? scaling.get("rope_type") : scaling.get("type");
        Description inner = new Description("Llama", scaling);
        return new RotaryScaling(
                String.valueOf(type),
                inner.number("factor", 1),
                inner.number("low_freq_factor", 1),
                inner.number("high_freq_factor", 4),
                inner.size("original_max_position_embeddings", 8192));
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
