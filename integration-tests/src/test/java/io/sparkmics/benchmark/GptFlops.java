package io.sparkmics.benchmark;

import io.sparkmics.model.GptConfig;

/**
 * Floating-point operations that training a GPT needs, forward and backward, recomputation not counted: 6 N + 12 L T w for
 * each token, of N parameters without the learned positions, L blocks, T tokens of context and width w. Source: Chowdhery et
 * al., "PaLM: Scaling Language Modeling with Pathways", 2022, appendix B. As there, attention counts in full although it is
 * causal; the token embedding counts once, for the head that it is tied to.
 */
final class GptFlops {

    private GptFlops() {}

    static double perToken(GptConfig config) {
        long positions = (long) config.context() * config.width();
        long parameters = config.build().size() - positions;
        return 6.0 * parameters + 12.0 * config.layers() * config.context() * config.width();
    }
}
