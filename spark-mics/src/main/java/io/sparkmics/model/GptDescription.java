package io.sparkmics.model;

import java.util.Map;

/** The sizes of a {@link Gpt} from the {@code config.json} of a {@code GPT2LMHeadModel}, and what of it we do not have. */
final class GptDescription {

    private GptDescription() {}

    /** @throws IllegalArgumentException with everything that is not as in a {@link Gpt} */
    static GptConfig read(Map<String, ?> config) {
        Description description = new Description("GPT", config);
        // Where an entry is absent the library takes these.
        int width = description.size("n_embd", 768);
        double dropout = description.fraction("resid_pdrop", 0.1);
        description.requireOneOf("activation_function", "gelu_new", "gelu_new", "gelu_pytorch_tanh");
        description.requireOneOf("layer_norm_epsilon", Gpt.LAYER_NORM_EPSILON, Gpt.LAYER_NORM_EPSILON);
        description.requireOneOf("tie_word_embeddings", true, true);
        description.requireOneOf("scale_attn_weights", true, true);
        description.requireOneOf("scale_attn_by_inverse_layer_idx", false, false);
        description.requireOneOf("add_cross_attention", false, false);
        description.requireOneOf("n_inner", null, null, 4 * width);
        description.requireOneOf("embd_pdrop", 0.1, dropout);
        int layers = description.size("n_layer", 12);
        int heads = description.size("n_head", 12);
        int context = description.size("n_positions", 1024);
        int vocabularySize = description.size("vocab_size", 50257);
        description.check();
        return new GptConfig(layers, heads, width, context, vocabularySize, dropout);
    }
}
