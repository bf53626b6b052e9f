package io.sparkmics.model.bert;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.LayerNorm;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The norm behind the embedding, a stage of its own: its backward pass reads weights, and the large tables need not be there. */
final class BertEmbeddingNorm implements Stage {

    private static final String NAME = "bert.embeddings.";

    private final double dropout;
    private final LayerNorm norm;
    private final Unit unit;

    BertEmbeddingNorm(BertSizes sizes) {
        dropout = sizes.dropout();
        norm = new LayerNorm(NAME + "LayerNorm", sizes.width(), sizes.normEpsilon());
        unit = new Unit("embeddings.LayerNorm", norm.parameters());
    }

    @Override
    public List<Unit> units() {
        return List.of(unit);
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        return pass.dropout(norm.of(input, weights), dropout, NAME + "dropout");
    }
}
