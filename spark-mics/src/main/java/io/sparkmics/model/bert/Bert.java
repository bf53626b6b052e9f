package io.sparkmics.model.bert;

import io.sparkmics.model.EncoderModel;
import io.sparkmics.model.PretrainedNames;
import io.sparkmics.model.Projection;
import io.sparkmics.model.Stage;
import io.sparkmics.model.TokenLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A BERT that guesses hidden tokens from those around them.
 *
 * <p>Parameter names and shapes ([out, in] for the projections) are those of Hugging Face's {@code BertForMaskedLM}.
 */
public final class Bert implements EncoderModel {

    private final BertConfig config;
    private final BertEncoder whole;
    private final List<Stage> encoder;
    private final List<Stage> stages;
    private final Stage head;

    Bert(BertConfig config) {
        this.config = config;
        whole = new BertEncoder(config);
        encoder = List.copyOf(whole.stages());
        head = new BertTokenHead(config, whole.words());
        List<Stage> built = new ArrayList<>(whole.maskedStages());
        built.add(new TokenLoss(
                head,
                config.vocabularySize(),
                pass -> MaskedTokens.of(config, pass).targets()));
        stages = List.copyOf(built);
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

    /** Makes logits of what the last layer makes. */
    Stage head() {
        return head;
    }

    @Override
    public List<Projection> projections() {
        return whole.projections();
    }

    @Override
    public Set<String> tokenTables() {
        return Set.of(BertEncoder.WORDS, BertTokenHead.OWN, BertTokenHead.BIAS);
    }

    @Override
    public PretrainedNames pretrainedNames() {
        return BertEncoder.names(
                config.tied()
                        ? Set.of(BertTokenHead.OWN, BertTokenHead.BIAS_OF_OWN)
                        : Set.of(BertTokenHead.BIAS_OF_OWN),
                "cls\\.predictions\\..*");
    }
}
