package io.sparkmics.model.bert;

import io.sparkmics.model.Description;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What makes a {@link Bert}, from and to {@code config.json}, and what of it we do not have. */
final class BertDescription {

    /** Whoever wants longer sequences says so: they take memory. */
    private static final int LONGEST_CONTEXT = 2048;

    private BertDescription() {}

    /** @throws IllegalArgumentException with everything that is not as in a {@link Bert} */
    static BertConfig read(Map<String, ?> config) {
        Description description = new Description("BERT", config);
        // Where an entry is absent the library takes these.
        int layers = description.size("num_hidden_layers", 12);
        int heads = description.size("num_attention_heads", 12);
        int width = description.size("hidden_size", 768);
        int feedForwardWidth = description.size("intermediate_size", 3072);
        int positions = description.size("max_position_embeddings", 512);
        int vocabularySize = description.size("vocab_size", 30522);
        int types = description.size("type_vocab_size", 2);
        double epsilon = description.number("layer_norm_eps", 1e-12);
        double dropout = description.fraction("hidden_dropout_prob", 0.1);
        boolean tied = description.flag("tie_word_embeddings", true);
        String activation = description.text("hidden_act", "gelu");
        description.requireOneOf("hidden_act", "gelu", Activation.KNOWN.toArray());
        description.requireOneOf("position_embedding_type", "absolute", "absolute");
        description.requireOneOf("is_decoder", false, false);
        description.requireOneOf("add_cross_attention", false, false);
        description.check();
        BertSizes sizes = new BertSizes(
                layers, heads, width, feedForwardWidth, positions, vocabularySize, types, activation, epsilon, dropout);
        return new BertConfig(sizes, Math.min(positions, LONGEST_CONTEXT), tokens(config), tied);
    }

    private static SpecialTokens tokens(Map<String, ?> config) {
        SpecialTokens published = SpecialTokens.PUBLISHED;
        Object padding = config.containsKey("pad_token_id") ? config.get("pad_token_id") : published.padding();
        List<Integer> unmasked = published.unmasked();
        if (config.get("special_token_ids") instanceof List<?> ids) {
            unmasked = ids.stream()
                    .filter(Integer.class::isInstance)
                    .map(Integer.class::cast)
                    .toList();
        }
        return new SpecialTokens(
                padding instanceof Integer id ? id : SpecialTokens.NONE,
                config.get("mask_token_id") instanceof Integer id ? id : published.mask(),
                unmasked);
    }

    static Map<String, Object> describe(BertConfig config) {
        BertSizes sizes = config.sizes();
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("model_type", BertConfig.FAMILY);
        description.put("num_hidden_layers", sizes.layers());
        description.put("num_attention_heads", sizes.heads());
        description.put("hidden_size", sizes.width());
        description.put("intermediate_size", sizes.feedForwardWidth());
        description.put("max_position_embeddings", sizes.positions());
        description.put("vocab_size", sizes.vocabularySize());
        description.put("type_vocab_size", sizes.types());
        description.put("hidden_act", sizes.activation());
        description.put("layer_norm_eps", sizes.normEpsilon());
        description.put("initializer_range", BertConfig.INITIAL_DEVIATION);
        description.put("hidden_dropout_prob", sizes.dropout());
        description.put("attention_probs_dropout_prob", 0.0);
        description.put("position_embedding_type", "absolute");
        description.put("tie_word_embeddings", config.tied());
        int padding = config.tokens().padding();
        description.put("pad_token_id", padding == SpecialTokens.NONE ? null : (Integer) padding);
        description.put("mask_token_id", config.tokens().mask());
        description.put("special_token_ids", config.tokens().unmasked());
        description.put("torch_dtype", "float32");
        return description;
    }
}
