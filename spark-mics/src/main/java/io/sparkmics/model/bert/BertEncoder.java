package io.sparkmics.model.bert;

import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.PretrainedNames;
import io.sparkmics.model.Projection;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What every BERT begins with: three embeddings and a norm, and layers that norm what they have added. */
final class BertEncoder {

    static final String WORDS = "bert.embeddings.word_embeddings.weight";
    static final String POSITIONS = "bert.embeddings.position_embeddings.weight";
    static final String TYPES = "bert.embeddings.token_type_embeddings.weight";

    /** Buffers of older versions of the library, and every head: those that are a model's own are its parameters. */
    private static final Pattern UNREAD =
            Pattern.compile("embeddings\\.position_ids|pooler\\..*|cls\\..*|classifier\\..*|qa_outputs\\..*");

    private static final Pattern PROJECTIONS =
            Pattern.compile("query|key|value|attention\\.output\\.dense|intermediate\\.dense|output\\.dense");

    private final BertConfig config;
    private final Unit words;
    private final Unit places;
    private final List<Stage> layers = new ArrayList<>();

    BertEncoder(BertConfig config) {
        BertSizes sizes = config.sizes();
        BertSizes.require(
                sizes.width() % sizes.heads() == 0,
                "width = " + sizes.width() + " must be a multiple of heads = " + sizes.heads());
        this.config = config;
        words = Unit.of("word_embeddings", table(WORDS, sizes.vocabularySize(), sizes));
        places = Unit.of("embeddings", table(POSITIONS, sizes.positions(), sizes), table(TYPES, sizes.types(), sizes));
        layers.add(new BertEmbeddingNorm(sizes));
        for (int layer = 0; layer < sizes.layers(); layer++) {
            layers.add(new BertLayer(config, layer));
        }
    }

    private static Parameter table(String name, int rows, BertSizes sizes) {
        return Parameter.weight(name, Initialization.normal(BertConfig.INITIAL_DEVIATION), rows, sizes.width());
    }

    /** The embedding of tokens, which a head may share. */
    Unit words() {
        return words;
    }

    /** From int64 tokens to [b, t, width]. */
    List<Stage> stages() {
        return stages(false);
    }

    /** The same where some tokens are hidden, to be guessed. */
    List<Stage> maskedStages() {
        return stages(true);
    }

    private List<Stage> stages(boolean masked) {
        List<Stage> stages = new ArrayList<>(List.of(new BertEmbedding(config, words, places, masked)));
        stages.addAll(layers);
        return stages;
    }

    /** Those of the layers. Heads have none. */
    List<Projection> projections() {
        return Projection.of(
                layers.stream().flatMap(layer -> layer.units().stream()).toList(), PROJECTIONS, false);
    }

    /**
     * The published BERTs have names of an older library.
     *
     * @param tied other names of parameters
     * @param head the parameters of the model's own head, which is a new one where a folder has none
     */
    static PretrainedNames names(Set<String> tied, String head) {
        return new PretrainedNames(
                "bert.",
                tied,
                UNREAD,
                Pattern.compile(head),
                Map.of("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta"));
    }
}
