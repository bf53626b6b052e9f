package io.sparkmics.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The sizes of a {@link Gpt} from the {@code config.json} of a {@code GPT2LMHeadModel}, and what of it we do not have. */
final class GptDescription {

    static final String TYPE = "gpt2";

    private final Map<String, ?> config;
    private final List<String> problems = new ArrayList<>();

    private GptDescription(Map<String, ?> config) {
        this.config = config;
    }

    /** @throws IllegalArgumentException with everything that is not as in a {@link Gpt} */
    static GptConfig read(Map<String, ?> config) {
        return new GptDescription(config).read();
    }

    private GptConfig read() {
        int width = size("n_embd", 768);
        // Where an entry is absent the library takes these.
        requireOneOf("activation_function", "gelu_new", "gelu_new", "gelu_pytorch_tanh");
        requireOneOf("layer_norm_epsilon", Gpt.LAYER_NORM_EPSILON, Gpt.LAYER_NORM_EPSILON);
        requireOneOf("tie_word_embeddings", true, true);
        requireOneOf("scale_attn_weights", true, true);
        requireOneOf("scale_attn_by_inverse_layer_idx", false, false);
        requireOneOf("add_cross_attention", false, false);
        requireOneOf("n_inner", null, null, 4 * width);
        double dropout = fraction("resid_pdrop", 0.1);
        requireOneOf("embd_pdrop", 0.1, dropout);
        int layers = size("n_layer", 12);
        int heads = size("n_head", 12);
        int context = size("n_positions", 1024);
        int vocabularySize = size("vocab_size", 50257);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot build the GPT that config.json describes: " + String.join(", ", problems) + ".");
        }
        return new GptConfig(layers, heads, width, context, vocabularySize, dropout);
    }

    private int size(String name, int otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Integer size && size > 0) {
            return size;
        }
        problems.add(name + " is " + value + " and must be a positive number");
        return 1;
    }

    private double fraction(String name, double otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() < 1) {
            return number.doubleValue();
        }
        problems.add(name + " is " + value + " and must be in [0, 1)");
        return 0;
    }

    private void requireOneOf(String name, Object otherwise, Object... allowed) {
        Object value = value(name, otherwise);
        for (Object each : allowed) {
            if (same(value, each)) {
                return;
            }
        }
        problems.add(name + " is " + value + " and must be " + allowed[allowed.length - 1]);
    }

    /** JSON has 0 where Java has 0.0. */
    private static boolean same(Object value, Object allowed) {
        return value instanceof Number one && allowed instanceof Number other
                ? one.doubleValue() == other.doubleValue()
                : Objects.equals(value, allowed);
    }

    private Object value(String name, Object otherwise) {
        return config.containsKey(name) ? config.get(name) : otherwise;
    }
}
