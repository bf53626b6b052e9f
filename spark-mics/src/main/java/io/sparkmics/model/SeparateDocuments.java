package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.arange;
import static org.bytedeco.pytorch.global.torch.zeros;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Sequences of several documents, each computed as if it were alone: a token attends to those of its own document up to itself,
 * and positions begin at 0 with each document. A document ends with its end-of-text token. Native memory, the caller's to close;
 * read by any number of stages.
 *
 * <p>Source: {@code reset_attention_mask} and {@code reset_position_ids} of NVIDIA's Megatron-LM; "The Llama 3 Herd of Models",
 * 2024, section 3.2.
 */
public final class SeparateDocuments implements Past, AutoCloseable {

    private final Tensor positions;
    private final Tensor mask;

    /**
     * @param data int64 [b, t + 1]: the last token of each sequence is only a target
     * @param endOfTextId the last token of each document
     * @param type of what attends
     */
    public SeparateDocuments(Tensor data, int endOfTextId, ScalarType type) {
        try (PointerScope scope = new PointerScope()) {
            Tensor tokens = data.narrow(1, 0, data.size(1) - 1);
            Tensor ends = tokens.eq(new Scalar((long) endOfTextId)).to(ScalarType.Long);
            // How many have ended before each token: the end is in the document that it ends.
            Tensor document = ends.cumsum(1).sub(ends);
            Tensor place = arange(new Scalar(tokens.size(1)), data.options());
            // A document begins where another has ended before; the first place is 0, whatever comes round to it.
            Tensor beginnings = place.mul(ends.roll(new long[] {1}, 1));
            positions = place.sub(beginnings.cummax(1).get0());
            // In place, and never counted: libtorch adds booleans as longs, which would take more than the mask.
            Tensor unseen = document.unsqueeze(2)
                    .eq(document.unsqueeze(1))
                    .tril_()
                    .logical_not_()
                    .unsqueeze(1);
            // Added to the scores: made once, where one of booleans would be converted in each layer.
            mask = zeros(
                            new long[] {unseen.size(0), 1, unseen.size(2), unseen.size(3)},
                            data.options().dtype(new ScalarTypeOptional(type)))
                    .masked_fill_(unseen, new Scalar(Double.NEGATIVE_INFINITY));
            positions.retainReference();
            mask.retainReference();
        }
    }

    @Override
    public Tensor positions() {
        return positions;
    }

    @Override
    public Tensor attend(Tensor query, Tensor key, Tensor value, String site) {
        return CausalAttention.fused(query, key, value, new TensorOptional(mask), false);
    }

    @Override
    public void close() {
        positions.close();
        mask.close();
    }
}
