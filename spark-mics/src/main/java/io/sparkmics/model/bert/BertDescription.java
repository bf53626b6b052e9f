package io.sparkmics.model.bert;

import io.sparkmics.model.Description;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What makes a {@link Bert}, from and to {@code config.json}, and what of it we do not have. */
final class BertDescription {

    /** Whoever wants longer sequences says so: they take memory. */
    private static final int LONGEST_CONTEXT = 2048;

    /** Where nothing names them, their number is all that a folder says: it must not fill the memory. */
    private static final int MOST_LABELS = 100_000;

    private BertDescription() {}

    /** @throws IllegalArgumentException with everything that is not as in a {@link Bert} */
    static BertConfig read(Map<String, ?> config) {
        return read(config, new Description("BERT", config));
    }

    /** @throws IllegalArgumentException with everything that is not as in a {@link BertSequence} */
    static BertSequenceConfig readSequence(Map<String, ?> config) {
        Description description = new Description("BERT", config);
        Object ofLabel = config.get("classifier_dropout");
        double dropout = ofLabel == null ? 0 : description.fraction("classifier_dropout", 0);
        List<String> labels = labels(config, description);
        boolean classifies = labels.size() > 1;
        description.requireOneOf("problem_type", null, null, problem(classifies));
        BertConfig encoder = read(config, description);
        double dropped = ofLabel == null ? encoder.sizes().dropout() : dropout;
        return new BertSequenceConfig(encoder, labels.size(), classifies, labels, dropped);
    }

    /** By number; the library says which only where they are not two without a name. */
    private static List<String> labels(Map<String, ?> config, Description description) {
        Map<?, ?> names = config.get("id2label") instanceof Map<?, ?> map ? map : Map.of();
        int count = names.isEmpty() ? Math.min(MOST_LABELS, description.size("num_labels", 2)) : names.size();
        return IntStream.range(0, count)
                .mapToObj(id -> names.containsKey("" + id) ? String.valueOf(names.get("" + id)) : "LABEL_" + id)
                .toList();
    }

    private static String problem(boolean classifies) {
        return classifies ? "single_label_classification" : "regression";
    }

    /** Says what is wrong, with what the description has found before. */
    private static BertConfig read(Map<String, ?> config, Description description) {
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

    static Map<String, Object> describe(BertSequenceConfig config) {
        Map<String, Object> description = describe(config.encoder());
        description.put("architectures", List.of(BertSequenceConfig.ARCHITECTURE));
        description.put("classifier_dropout", config.dropout());
        description.put("problem_type", problem(config.classifies()));
        Map<String, Object> names = new LinkedHashMap<>();
        Map<String, Object> ids = new LinkedHashMap<>();
        for (int id = 0; id < config.outputs(); id++) {
            String name =
                    config.labels().isEmpty() ? "LABEL_" + id : config.labels().get(id);
            names.put("" + id, name);
            ids.put(name, id);
        }
        description.put("id2label", names);
        description.put("label2id", ids);
        return description;
    }
}
