package io.sparkmics.model.bert;

import static org.bytedeco.pytorch.global.torch.full_like;
import static org.bytedeco.pytorch.global.torch.where;

import io.sparkmics.model.ForwardPass;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a masked language model reads and what it has to guess: 15 % of the tokens, of which 80 % are replaced by the mask, 10 %
 * by any token, and 10 % are left as they are. Decided by the pass's random numbers alone: so the first stage and the last one,
 * of every rank, decide the same. Source: Devlin et al., section 3.1.
 *
 * @param read int64 [b, t]; negative where nothing is
 * @param targets int64 [b, t]: the tokens to be guessed, -1 for all others
 */
record MaskedTokens(Tensor read, Tensor targets) {

    private static final String SITE = "masked tokens";
    private static final double CHOSEN = 0.15;
    private static final double MASKED = 0.8;
    private static final double REPLACED = 0.9;
    private static final long NOT_GUESSED = -1;

    static MaskedTokens of(BertConfig config, ForwardPass pass) {
        Tensor tokens = ReadTokens.of(config, pass);
        Tensor random = pass.uniform(SITE, 3, tokens.size(1));
        Tensor chosen = random.select(1, 0).lt(new Scalar(CHOSEN)).logical_and(maskable(config, tokens));
        Tensor fate = random.select(1, 1);
        Tensor masked = chosen.logical_and(fate.lt(new Scalar(MASKED)));
        Tensor replaced = chosen.logical_and(fate.ge(new Scalar(MASKED))).logical_and(fate.lt(new Scalar(REPLACED)));
        Tensor any = random.select(1, 2)
                .mul(new Scalar((double) config.vocabularySize()))
                .to(ScalarType.Long);
        Tensor mask = full_like(tokens, new Scalar((long) config.tokens().mask()));
        Tensor unknown = full_like(tokens, new Scalar(NOT_GUESSED));
        return new MaskedTokens(where(masked, mask, where(replaced, any, tokens)), where(chosen, tokens, unknown));
    }

    private static Tensor maskable(BertConfig config, Tensor tokens) {
        Tensor maskable = tokens.ge(new Scalar(0L));
        for (int special : config.tokens().unmasked()) {
            maskable = maskable.logical_and(tokens.ne(new Scalar((long) special)));
        }
        return maskable;
    }
}
