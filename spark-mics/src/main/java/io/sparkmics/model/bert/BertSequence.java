package io.sparkmics.model.bert;

import io.sparkmics.model.EncoderModel;
import io.sparkmics.model.LabelLoss;
import io.sparkmics.model.Predictor;
import io.sparkmics.model.PretrainedNames;
import io.sparkmics.model.Projection;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A BERT that tells sequences apart, or gives each a number.
 *
 * <p>Parameter names and shapes ([out, in] for the projections) are those of Hugging Face's {@code
 * BertForSequenceClassification}.
 */
public final class BertSequence implements Predictor, EncoderModel {

    private final BertEncoder whole;
    private final List<Stage> encoder;
    private final List<Stage> stages;
    private final BertSequenceHead head;

    BertSequence(BertSequenceConfig config) {
        whole = new BertEncoder(config.encoder());
        encoder = List.copyOf(whole.stages());
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
    public List<Projection> projections() {
        return whole.projections();
    }

    /** As PEFT trains it: the pooler stays as it is. */
    @Override
    public List<Unit> taskHeads() {
        return List.of(head.classifier());
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
