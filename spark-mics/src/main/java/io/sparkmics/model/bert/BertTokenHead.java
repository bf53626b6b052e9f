package io.sparkmics.model.bert;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.LayerNorm;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.VocabularyProjection;
import io.sparkmics.model.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Which token stands where: a projection, a norm, and the projection to the vocabulary; [b, t, width] to [b, t, vocabulary]. */
final class BertTokenHead implements Stage {

    static final String OWN = "cls.predictions.decoder.weight";

    static final String BIAS = "cls.predictions.bias";

    /** Another name of it. */
    static final String BIAS_OF_OWN = "cls.predictions.decoder.bias";

    private static final String NAME = "cls.predictions.";

    private final String activation;
    private final Linear projection;
    private final LayerNorm norm;
    private final String table;
    private final List<Unit> units;

    /** @param words the embedding's, which the head may share */
    BertTokenHead(BertConfig config, Unit words) {
        BertSizes sizes = config.sizes();
        activation = sizes.activation();
        projection = new Linear(NAME + "transform.dense", sizes.width(), sizes.width());
        norm = new LayerNorm(NAME + "transform.LayerNorm", sizes.width(), sizes.normEpsilon());
        table = config.tied() ? BertEncoder.WORDS : OWN;
        List<Parameter> parameters = new ArrayList<>(projection.parameters());
        parameters.addAll(norm.parameters());
        parameters.add(Parameter.vector(BIAS, Initialization.constant(0), sizes.vocabularySize()));
        if (!config.tied()) {
            parameters.add(Parameter.weight(
                    OWN, Initialization.normal(BertConfig.INITIAL_DEVIATION), sizes.vocabularySize(), sizes.width()));
        }
        Unit own = new Unit("cls.predictions", parameters);
        units = config.tied() ? List.of(own, words) : List.of(own);
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor transformed = norm.of(Activation.of(activation, projection.of(input, weights)), weights);
        return VocabularyProjection.of(transformed, table, BIAS, weights);
    }
}
