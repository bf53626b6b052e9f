package io.sparkmics.model.bert;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What is said of a sequence, by its first token: the pooler and a projection, [b, t, width] to [b, outputs]. */
final class BertSequenceHead implements Stage {

    private final double dropout;
    private final Linear pooler;
    private final Linear classifier;
    private final Unit last;
    private final List<Unit> units;

    BertSequenceHead(BertSequenceConfig config) {
        int width = config.encoder().sizes().width();
        dropout = config.dropout();
        pooler = new Linear("bert.pooler.dense", width, width);
        classifier = new Linear("classifier", width, config.outputs());
        last = new Unit("classifier", classifier.parameters());
        units = List.of(new Unit("pooler", pooler.parameters()), last);
    }

    /** The projection to the outputs. */
    Unit classifier() {
        return last;
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor pooled = pooler.of(input.select(1, 0), weights).tanh();
        return classifier.of(pass.dropout(pooled, dropout, "dropout"), weights);
    }
}
