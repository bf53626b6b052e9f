package io.sparkmics.model.bert;

import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;

import io.sparkmics.model.Parameter;
import io.sparkmics.model.Weights;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** Self-attention in both directions, [b, t, width] to [b, t, width], fused. */
final class BertAttention {

    private final int heads;
    private final Linear query;
    private final Linear key;
    private final Linear value;

    BertAttention(BertSizes sizes, String prefix) {
        int width = sizes.width();
        heads = sizes.heads();
        query = new Linear(prefix + "query", width, width);
        key = new Linear(prefix + "key", width, width);
        value = new Linear(prefix + "value", width, width);
    }

    List<Parameter> parameters() {
        return Stream.of(query, key, value)
                .flatMap(projection -> projection.parameters().stream())
                .toList();
    }

    /** @param mask added to the scores */
    Tensor forward(Tensor input, Tensor mask, Weights weights) {
        Tensor mixed = scaled_dot_product_attention(
                heads(query.of(input, weights)),
                heads(key.of(input, weights)),
                heads(value.of(input, weights)),
                new TensorOptional(mask),
                0,
                false,
                new DoubleOptional(),
                false);
        return mixed.transpose(1, 2).reshape(input.size(0), input.size(1), input.size(2));
    }

    private Tensor heads(Tensor tensor) {
        return tensor.view(tensor.size(0), tensor.size(1), heads, tensor.size(2) / heads)
                .transpose(1, 2);
    }
}
