package io.sparkmics.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * GPT-2's architecture: learned positions, pre-LayerNorm blocks, tanh-GELU, a head tied to the token embedding.
 *
 * <p>Parameter names, shapes ([in, out] for the projections) and initialization are those of Hugging Face's {@code
 * GPT2LMHeadModel}. Source: Radford et al., "Language Models are Unsupervised Multitask Learners", 2019.
 */
public final class Gpt implements LanguageModel {

    static final double LAYER_NORM_EPSILON = 1e-5;
    static final double INITIAL_DEVIATION = 0.02;

    private static final Pattern PROJECTIONS = Pattern.compile("c_attn|c_proj|c_fc");
    private static final String TOKENS = "transformer.wte.weight";

    private static final PretrainedNames NAMES = new PretrainedNames(
            "transformer.",
            Set.of("lm_head.weight"),
            // The mask of what comes later, which older versions of the library kept.
            Pattern.compile("h\\.\\d+\\.attn\\.(bias|masked_bias)"));

    private final List<Stage> stages;
    private final GptHead head;

    Gpt(GptConfig config) {
        if (config.width() % config.heads() != 0) {
            throw new IllegalArgumentException("Cannot build a GPT: width " + config.width() + " is not a multiple of "
                    + config.heads() + " heads. Choose a width of "
                    + Math.max(1, config.width() / config.heads()) * config.heads() + ", or other heads.");
        }
        Unit tokens = Unit.of("wte", Parameter.weight(TOKENS, normal(), config.vocabularySize(), config.width()));
        Unit positions =
                Unit.of("wpe", Parameter.weight("transformer.wpe.weight", normal(), config.context(), config.width()));
        head = new GptHead(config, tokens);
        List<Stage> built = new ArrayList<>();
        built.add(new GptEmbedding(config, tokens, positions));
        for (int layer = 0; layer < config.layers(); layer++) {
            built.add(new GptBlock(config, layer));
        }
        built.add(new TokenLoss(head, config.vocabularySize()));
        stages = List.copyOf(built);
    }

    /** GPT-2 small over bytes, to be changed from there. */
    public static GptConfig config() {
        return GptConfig.defaults();
    }

    @Override
    public List<Stage> stages() {
        return stages;
    }

    @Override
    public Stage logits() {
        return head;
    }

    @Override
    public Set<String> tokenTables() {
        return Set.of(TOKENS);
    }

    @Override
    public boolean readsPast() {
        return true;
    }

    @Override
    public PretrainedNames pretrainedNames() {
        return NAMES;
    }

    @Override
    public List<Projection> projections() {
        return Projection.of(units(), PROJECTIONS, true);
    }

    static Initialization normal() {
        return Initialization.normal(INITIAL_DEVIATION);
    }
}
