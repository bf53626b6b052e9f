package io.sparkmics.model.bert;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.LayerNorm;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** One layer of the encoder, [b, t, width] to [b, t, width]: attention and feed-forward, each before its norm. */
final class BertLayer implements Stage {

    private final BertConfig config;
    private final String prefix;
    private final BertAttention attention;
    private final Linear afterAttention;
    private final LayerNorm attentionNorm;
    private final Linear wider;
    private final Linear narrower;
    private final LayerNorm outputNorm;
    private final Unit unit;

    BertLayer(BertConfig config, int layer) {
        BertSizes sizes = config.sizes();
        this.config = config;
        prefix = "bert.encoder.layer." + layer + ".";
        attention = new BertAttention(sizes, prefix + "attention.self.");
        afterAttention = new Linear(prefix + "attention.output.dense", sizes.width(), sizes.width());
        attentionNorm = new LayerNorm(prefix + "attention.output.LayerNorm", sizes.width(), sizes.normEpsilon());
        wider = new Linear(prefix + "intermediate.dense", sizes.width(), sizes.feedForwardWidth());
        narrower = new Linear(prefix + "output.dense", sizes.feedForwardWidth(), sizes.width());
        outputNorm = new LayerNorm(prefix + "output.LayerNorm", sizes.width(), sizes.normEpsilon());
        List<Parameter> parameters = new ArrayList<>(attention.parameters());
        parameters.addAll(afterAttention.parameters());
        parameters.addAll(attentionNorm.parameters());
        parameters.addAll(wider.parameters());
        parameters.addAll(narrower.parameters());
        parameters.addAll(outputNorm.parameters());
        unit = new Unit("layer." + layer, parameters);
    }

    @Override
    public List<Unit> units() {
        return List.of(unit);
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        BertSizes sizes = config.sizes();
        Tensor mask = ReadTokens.mask(ReadTokens.of(config, pass), input);
        Tensor attended = afterAttention.of(attention.forward(input, mask, weights), weights);
        Tensor added = input.add(pass.dropout(attended, sizes.dropout(), prefix + "attention.output.dropout"));
        Tensor middle = attentionNorm.of(added, weights);
        Tensor wide = Activation.of(sizes.activation(), wider.of(middle, weights));
        Tensor narrow = narrower.of(wide, weights);
        return outputNorm.of(middle.add(pass.dropout(narrow, sizes.dropout(), prefix + "output.dropout")), weights);
    }
}
