package io.sparkmics.model;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sizes of a {@link Gpt}. Immutable: each setter gives a changed copy. The parameters must be few enough to be counted.
 *
 * @param layers transformer blocks, 10,000 at most
 * @param heads attention heads; divides {@code width}
 * @param width size of a token's vector
 * @param context tokens that a sequence predicts, and positions that are learned
 * @param vocabularySize number of token ids; 257 is the built-in byte-level tokenizer's
 * @param dropout probability of dropping what embeddings and blocks add to the residual stream, in [0, 1); unlike in GPT-2
 *     what a token attends to is not dropped, so that attention stays fused
 */
public record GptConfig(int layers, int heads, int width, int context, int vocabularySize, double dropout)
        implements LanguageModelConfig {

    /** What {@code model_type} says in its {@code config.json}. */
    public static final String FAMILY = "gpt2";

    private static final int BYTE_VOCABULARY = 257;

    /** Each is an object on the driver and on every rank, long before a tensor is made of it. */
    private static final int MOST_LAYERS = 10_000;

    public GptConfig {
        check(layers > 0, "layers", layers, "must be positive");
        check(layers <= MOST_LAYERS, "layers", layers, "must be " + MOST_LAYERS + " at most");
        check(heads > 0, "heads", heads, "must be positive");
        check(width > 0, "width", width, "must be positive");
        check(context > 0, "context", context, "must be positive");
        check(vocabularySize > 0, "vocabularySize", vocabularySize, "must be positive");
        check(dropout >= 0 && dropout < 1, "dropout", dropout, "must be in [0, 1)");
        try {
            parameters(layers, width, context, vocabularySize);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Cannot configure a GPT: layers = " + layers + ", width = " + width + ", context = " + context
                            + " and vocabularySize = " + vocabularySize
                            + " take more parameters than can be counted. Choose smaller sizes.",
                    e);
        }
    }

    /** The size of the {@link Gpt}: embeddings, blocks (projections, biases, norms), last norm. */
    private static long parameters(long layers, long width, long context, long vocabularySize) {
        long block = Math.multiplyExact(width, 12 * width + 13);
        long embeddings = Math.multiplyExact(width, vocabularySize + context + 2);
        return Math.addExact(Math.multiplyExact(layers, block), embeddings);
    }

    private static void check(boolean holds, String name, Object value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("Cannot configure a GPT: " + name + " = " + value + " " + rule + ".");
        }
    }

    /**
     * The sizes in the {@code config.json} of a {@code GPT2LMHeadModel}.
     *
     * @throws IllegalArgumentException with everything that is not as in a {@link Gpt}
     */
    public static GptConfig of(Map<String, ?> description) {
        return GptDescription.read(description);
    }

    /** GPT-2 small's sizes over bytes, without dropout. */
    static GptConfig defaults() {
        return new GptConfig(12, 12, 768, 1024, BYTE_VOCABULARY, 0);
    }

    public GptConfig layers(int changed) {
        return new GptConfig(changed, heads, width, context, vocabularySize, dropout);
    }

    public GptConfig heads(int changed) {
        return new GptConfig(layers, changed, width, context, vocabularySize, dropout);
    }

    public GptConfig width(int changed) {
        return new GptConfig(layers, heads, changed, context, vocabularySize, dropout);
    }

    @Override
    public GptConfig context(int changed) {
        return new GptConfig(layers, heads, width, changed, vocabularySize, dropout);
    }

    @Override
    public GptConfig vocabularySize(int changed) {
        return new GptConfig(layers, heads, width, context, changed, dropout);
    }

    public GptConfig dropout(double changed) {
        return new GptConfig(layers, heads, width, context, vocabularySize, changed);
    }

    @Override
    public Gpt build() {
        return new Gpt(this);
    }

    /** The {@code config.json} that makes Hugging Face's {@code GPT2LMHeadModel} the same model. */
    @Override
    public Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("model_type", FAMILY);
        description.put("architectures", new String[] {"GPT2LMHeadModel"});
        description.put("n_layer", layers);
        description.put("n_head", heads);
        description.put("n_embd", width);
        description.put("n_positions", context);
        description.put("n_ctx", context);
        description.put("vocab_size", vocabularySize);
        description.put("activation_function", "gelu_new");
        description.put("layer_norm_epsilon", Gpt.LAYER_NORM_EPSILON);
        description.put("initializer_range", Gpt.INITIAL_DEVIATION);
        description.put("embd_pdrop", dropout);
        description.put("attn_pdrop", 0.0);
        description.put("resid_pdrop", dropout);
        description.put("tie_word_embeddings", true);
        // The training knows them. Where they are not there, Hugging Face takes those of GPT-2's own tokenizer.
        description.put("bos_token_id", null);
        description.put("eos_token_id", null);
        description.put("torch_dtype", "float32");
        return description;
    }
}
