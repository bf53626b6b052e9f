package io.sparkmics.model.llama;

import static org.bytedeco.pytorch.global.torch.linear;

import io.sparkmics.model.Initialization;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.PretrainedNames;
import io.sparkmics.model.Projection;
import io.sparkmics.model.Stage;
import io.sparkmics.model.TokenLoss;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;

/**
 * A Llama: an embedding, blocks with rotary positions, a norm, and a head that is the embedding's or its own.
 *
 * <p>Parameter names and shapes ([out, in] for the projections) are those of Hugging Face's {@code LlamaForCausalLM}, {@code
 * Qwen2ForCausalLM} and {@code MistralForCausalLM}.
 */
public final class Llama implements LanguageModel {

    static final String TOKENS = "model.embed_tokens.weight";
    static final String HEAD = "lm_head.weight";

    private static final Pattern PROJECTIONS = Pattern.compile("[^.]+_proj");

    private final LlamaConfig config;
    private final List<Stage> stages;
    private final Stage head;

    Llama(LlamaConfig config) {
        this.config = config;
        Initialization normal = Initialization.normal(LlamaConfig.INITIAL_DEVIATION);
        Unit tokens =
                Unit.of("embed_tokens", Parameter.weight(TOKENS, normal, config.vocabularySize(), config.width()));
        Unit norm = Unit.of("norm", Parameter.vector("model.norm.weight", Initialization.constant(1), config.width()));
        Unit own = config.tied()
                ? tokens
                : Unit.of("lm_head", Parameter.weight(HEAD, normal, config.vocabularySize(), config.width()));
        head = new LlamaHead(config, List.of(norm, own));
        List<Stage> built = new ArrayList<>();
        built.add(new LlamaEmbedding(tokens));
        for (int layer = 0; layer < config.layers(); layer++) {
            built.add(new LlamaBlock(config, layer));
        }
        built.add(new TokenLoss(head, config.vocabularySize()));
        stages = List.copyOf(built);
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
        return Set.of(TOKENS, HEAD);
    }

    @Override
    public boolean readsPast() {
        return true;
    }

    @Override
    public List<Projection> projections() {
        return Projection.of(units(), PROJECTIONS, false);
    }

    /** [..., in] to [..., out], without a bias. */
    static Tensor project(Tensor input, Weights weights, String name) {
        return weights.adapted(name, input, linear(input, weights.get(name + ".weight")));
    }

    /** An older version of the library kept the rotation's frequencies. */
    @Override
    public PretrainedNames pretrainedNames() {
        return new PretrainedNames(
                "model.",
                config.tied() ? Set.of(HEAD) : Set.of(),
                Pattern.compile("layers\\.\\d+\\.self_attn\\.rotary_emb\\.inv_freq"));
    }
}
