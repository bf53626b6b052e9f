package io.sparkmics.model.bert;

import io.sparkmics.model.EncoderModel;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.PretrainedNames;
import io.sparkmics.model.Stage;
import io.sparkmics.model.TokenLoss;
import io.sparkmics.model.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A BERT that guesses hidden tokens: three embeddings and a norm, layers that norm what they have added, and a head.
 *
 * <p>Parameter names and shapes ([out, in] for the projections) are those of Hugging Face's {@code BertForMaskedLM}.
 */
public final class Bert implements EncoderModel {

    static final String WORDS = "bert.embeddings.word_embeddings.weight";
    static final String POSITIONS = "bert.embeddings.position_embeddings.weight";
    static final String TYPES = "bert.embeddings.token_type_embeddings.weight";

    /** What stands before a head: heads for something else are no part of this one. */
    private static final String OTHERS =
            "embeddings\\.position_ids|pooler\\..*|cls\\..*|classifier\\..*|qa_outputs\\..*";

    private final BertConfig config;
    private final List<Stage> encoder;
    private final List<Stage> stages;
    private final Stage head;

    Bert(BertConfig config) {
        BertSizes sizes = config.sizes();
        BertSizes.require(
                sizes.width() % sizes.heads() == 0,
                "width = " + sizes.width() + " must be a multiple of heads = " + sizes.heads());
        this.config = config;
        Unit words = Unit.of("word_embeddings", table(WORDS, sizes.vocabularySize(), sizes));
        Unit places =
                Unit.of("embeddings", table(POSITIONS, sizes.positions(), sizes), table(TYPES, sizes.types(), sizes));
        List<Stage> behind = new ArrayList<>();
        behind.add(new BertEmbeddingNorm(sizes));
        for (int layer = 0; layer < sizes.layers(); layer++) {
            behind.add(new BertLayer(config, layer));
        }
        head = new BertTokenHead(config, words);
        Stage loss = new TokenLoss(
                head,
                sizes.vocabularySize(),
                pass -> MaskedTokens.of(config, pass).targets());
        encoder = Stream.concat(Stream.of(new BertEmbedding(config, words, places, false)), behind.stream())
                .toList();
        behind.add(0, new BertEmbedding(config, words, places, true));
        behind.add(loss);
        stages = List.copyOf(behind);
    }

    private static Parameter table(String name, int rows, BertSizes sizes) {
        return Parameter.weight(name, Initialization.normal(BertConfig.INITIAL_DEVIATION), rows, sizes.width());
    }

    /** BERT base over bytes, to be changed from there. */
    public static BertConfig config() {
        return BertConfig.defaults();
    }

    @Override
    public List<Stage> stages() {
        return stages;
    }

    @Override
    public List<Stage> encoder() {
        return encoder;
    }

    /** What makes logits of what the last layer makes. */
    Stage head() {
        return head;
    }

    /** The published BERTs have names of an older library; one without our head gets a new one. */
    @Override
    public PretrainedNames pretrainedNames() {
        return new PretrainedNames(
                "bert.",
                config.tied()
                        ? Set.of(BertTokenHead.OWN, BertTokenHead.BIAS_OF_OWN)
                        : Set.of(BertTokenHead.BIAS_OF_OWN),
                Pattern.compile(OTHERS),
                Pattern.compile("cls\\.predictions\\..*"),
                Map.of("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta"));
    }
}
