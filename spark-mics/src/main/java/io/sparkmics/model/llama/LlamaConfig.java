package io.sparkmics.model.llama;

import io.sparkmics.model.LanguageModelConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The sizes of a {@link Llama}. Immutable.
 *
 * @param family whose {@code config.json} it is written as: {@code llama}, {@code qwen2} or {@code mistral}
 * @param layers blocks, 10,000 at most
 * @param heads attention heads
 * @param keyValueHeads keys and values; divides {@code heads}
 * @param headSize even
 * @param width size of a token's vector
 * @param feedForwardWidth of the gated feed-forward
 * @param context tokens that a sequence predicts; any up to {@code positions}
 * @param positions the most that the model is made for
 * @param vocabularySize number of token ids
 * @param normEpsilon added to the mean square
 * @param rotaryBase of which the frequencies of positions are powers
 * @param scaling of positions
 * @param tied whether the head is the embedding
 * @param attentionBias whether queries, keys and values have one
 */
public record LlamaConfig(
        String family,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int width,
        int feedForwardWidth,
        int context,
        int positions,
        int vocabularySize,
        double normEpsilon,
        double rotaryBase,
        RotaryScaling scaling,
        boolean tied,
        boolean attentionBias)
        implements LanguageModelConfig {

    /** What {@code model_type} may say in its {@code config.json}. */
    public static final Set<String> FAMILIES = LlamaDescription.ARCHITECTURES.keySet();

    static final double INITIAL_DEVIATION = 0.02;

    private static final int MOST_LAYERS = 10_000;

    public LlamaConfig {
        positive("layers", layers);
        positive("heads", heads);
        positive("keyValueHeads", keyValueHeads);
        positive("headSize", headSize);
        positive("width", width);
        positive("feedForwardWidth", feedForwardWidth);
        positive("context", context);
        positive("positions", positions);
        positive("vocabularySize", vocabularySize);
        require(layers <= MOST_LAYERS, "layers = " + layers + " must be " + MOST_LAYERS + " at most");
        require(
                heads % keyValueHeads == 0,
                "heads = " + heads + " must be a multiple of keyValueHeads = " + keyValueHeads);
        require(headSize % 2 == 0, "headSize = " + headSize + " must be even, as numbers are turned in pairs");
        require(context <= positions, "context = " + context + " must be " + positions + " at most, its positions");
        require(normEpsilon > 0, "normEpsilon = " + normEpsilon + " must be positive");
        require(rotaryBase > 0, "rotaryBase = " + rotaryBase + " must be positive");
    }

    private static void positive(String name, int value) {
        require(value > 0, name + " = " + value + " must be positive");
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("Cannot configure a Llama: " + rule + ".");
        }
    }

    /**
     * The sizes in the {@code config.json} of one of these families. Sequences are as long as the model is made for, 2,048
     * tokens at most.
     *
     * @throws IllegalArgumentException with everything that is not as in a {@link Llama}
     */
    public static LlamaConfig of(Map<String, ?> description) {
        return LlamaDescription.read(description);
    }

    /** Shorter sequences than the model is made for take less memory. */
    @Override
    public LlamaConfig context(int changed) {
        return changed(changed, vocabularySize);
    }

    @Override
    public LlamaConfig vocabularySize(int changed) {
        return changed(context, changed);
    }

    private LlamaConfig changed(int length, int vocabulary) {
        return new LlamaConfig(
                family,
                layers,
                heads,
                keyValueHeads,
                headSize,
                width,
                feedForwardWidth,
                length,
                positions,
                vocabulary,
                normEpsilon,
                rotaryBase,
                scaling,
                tied,
                attentionBias);
    }

    @Override
    public Llama build() {
        return new Llama(this);
    }

    /** The {@code config.json} that makes Hugging Face's model of that family the same. */
    @Override
    public Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("model_type", family);
        description.put("architectures", new String[] {LlamaDescription.ARCHITECTURES.get(family)});
        description.put("num_hidden_layers", layers);
        description.put("num_attention_heads", heads);
        description.put("num_key_value_heads", keyValueHeads);
        description.put("head_dim", headSize);
        description.put("hidden_size", width);
        description.put("intermediate_size", feedForwardWidth);
        description.put("max_position_embeddings", positions);
        description.put("vocab_size", vocabularySize);
        description.put("hidden_act", "silu");
        description.put("rms_norm_eps", normEpsilon);
        description.put("rope_theta", rotaryBase);
        description.put("rope_scaling", LlamaDescription.describe(scaling));
        description.put("initializer_range", INITIAL_DEVIATION);
        description.put("attention_dropout", 0.0);
        description.put("tie_word_embeddings", tied);
        if (family.equals("llama")) {
            description.put("attention_bias", attentionBias);
            description.put("mlp_bias", false);
        } else {
            description.put("sliding_window", null);
        }
        description.put("bos_token_id", null);
        description.put("eos_token_id", null);
        description.put("torch_dtype", "float32");
        return description;
    }
}
