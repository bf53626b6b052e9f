package io.sparkmics.model.bert;

import java.io.Serializable;
import java.util.List;

/**
 * Ids that mean something to a BERT.
 *
 * @param padding what others fill sequences up with, and we do not: its vector is never trained by its being there; {@link #NONE}
 *     where there is none
 * @param mask what stands for a hidden token
 * @param unmasked those that are never hidden, for nobody could guess them or everybody can: of the beginning of a sequence, its
 *     end, padding
 */
public record SpecialTokens(int padding, int mask, List<Integer> unmasked) implements Serializable {

    public static final int NONE = -1;

    /** Of the vocabularies that BERT was published with: padding, unknown, {@code [CLS]}, {@code [SEP]}, {@code [MASK]}. */
    static final SpecialTokens PUBLISHED = new SpecialTokens(0, 103, List.of(0, 100, 101, 102, 103));

    public SpecialTokens {
        if (padding < NONE || mask < 0 || unmasked.stream().anyMatch(id -> id < 0)) {
            throw new IllegalArgumentException("Cannot configure a BERT: of its special tokens, the padding " + padding
                    + ", the mask " + mask + " and those not masked " + unmasked
                    + ", one is negative. Give the ids of the tokenizer.");
        }
        unmasked = List.copyOf(unmasked);
    }
}
