package io.sparkmics.model.bert;

import io.sparkmics.model.EncoderModel;
import io.sparkmics.model.LabelLoss;
import io.sparkmics.model.Predictor;
import io.sparkmics.model.PretrainedNames;
import io.sparkmics.model.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A BERT that tells sequences apart, or gives each a number.
 *
 * <p>Parameter names and shapes ([out, in] for the projections) are those of Hugging Face's {@code BertForSequenceClassification}.
 */
public final class BertSequence implements Predictor, EncoderModel {

    private final List<Stage> encoder;
    private final List<Stage> stages;
    private final Stage head;

    BertSequence(BertSequenceConfig config) {
        encoder = List.copyOf(new BertEncoder(config.encoder()).stages());
        head = new BertSequenceHead(config);
        List<Stage> built = new ArrayList<>(encoder);
        built.add(config.classifies() ? LabelLoss.crossEntropy(head) : LabelLoss.squaredError(head));
        stages = List.copyOf(built);
    }

    @Override
    public List<Stage> stages() {
        return stages;
    }

    @Override
    public List<Stage> encoder() {
        return encoder;
    }

    @Override
    public Stage prediction() {
        return head;
    }

    @Override
    public Set<String> tokenTables() {
        return Set.of(BertEncoder.WORDS);
    }

    @Override
    public PretrainedNames pretrainedNames() {
        return BertEncoder.names(Set.of(), "bert\\.pooler\\..*|classifier\\..*");
    }
}
