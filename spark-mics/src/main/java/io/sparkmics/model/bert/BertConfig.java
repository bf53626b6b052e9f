package io.sparkmics.model.bert;

import static io.sparkmics.model.bert.BertSizes.positive;
import static io.sparkmics.model.bert.BertSizes.require;

import io.sparkmics.model.EncoderConfig;
import java.util.List;
import java.util.Map;

/**
 * What makes a {@link Bert} that guesses hidden tokens from those around them. Immutable: each setter gives a changed copy.
 *
 * @param context tokens of a sequence that are read, at most as many as there are positions; what stands behind them is not
 * @param tokens those that mean something to the model
 * @param tied whether the projection to the vocabulary is the embedding
 */
public record BertConfig(BertSizes sizes, int context, SpecialTokens tokens, boolean tied) implements EncoderConfig {

    /** What {@code model_type} says in its {@code config.json}. */
    public static final String FAMILY = "bert";

    static final double INITIAL_DEVIATION = 0.02;

    public BertConfig {
        positive("context", context);
        require(
                context <= sizes.positions(),
                "context = " + context + " must be " + sizes.positions() + " at most, its positions");
        require(
                tokens.mask() < sizes.vocabularySize(),
                "the id of the mask, " + tokens.mask() + ", must be below vocabularySize = " + sizes.vocabularySize());
    }

    /**
     * What the {@code config.json} of any BERT describes. Sequences are as long as it is made for, 2,048 tokens at most. Which
     * tokens are special the library does not write there: without {@code mask_token_id} and {@code special_token_ids} they are
     * those of the vocabularies that BERT was published with.
     *
     * @throws IllegalArgumentException with everything that is not as in a {@link Bert}
     */
    public static BertConfig of(Map<String, ?> description) {
        return BertDescription.read(description);
    }

    /** BERT base's sizes over bytes, without dropout: id 256 ends texts, 257 is the mask. */
    static BertConfig defaults() {
        return new BertConfig(
                new BertSizes(12, 12, 768, 3072, 512, 258, 2, "gelu", 1e-12, 0),
                512,
                new SpecialTokens(SpecialTokens.NONE, 257, List.of(256)),
                true);
    }

    public BertConfig layers(int changed) {
        return with(sizes.layers(changed));
    }

    public BertConfig heads(int changed) {
        return with(sizes.heads(changed));
    }

    /** The feed-forward becomes four times as wide. */
    public BertConfig width(int changed) {
        return with(sizes.width(changed));
    }

    public BertConfig dropout(double changed) {
        return with(sizes.dropout(changed));
    }

    private BertConfig with(BertSizes changed) {
        return new BertConfig(changed, context, tokens, tied);
    }

    /** As many are learned, and sequences are as long. */
    public BertConfig positions(int changed) {
        return new BertConfig(sizes.positions(changed), changed, tokens, tied);
    }

    /**
     * Shorter sequences than there are positions take less memory. Positions behind them learn nothing: a model that starts from
     * nothing should not have them.
     */
    public BertConfig context(int changed) {
        return new BertConfig(sizes, changed, tokens, tied);
    }

    @Override
    public BertSequenceConfig classifier() {
        return new BertSequenceConfig(this, 0, true, List.of(), sizes.dropout());
    }

    @Override
    public BertSequenceConfig regressor() {
        return new BertSequenceConfig(this, 1, false, List.of(), sizes.dropout());
    }

    @Override
    public int vocabularySize() {
        return sizes.vocabularySize();
    }

    @Override
    public Bert build() {
        return new Bert(this);
    }

    /** The {@code config.json} that makes Hugging Face's {@code BertForMaskedLM} the same model. */
    @Override
    public Map<String, Object> describe() {
        Map<String, Object> description = BertDescription.describe(this);
        description.put("architectures", List.of("BertForMaskedLM"));
        return description;
    }
}
