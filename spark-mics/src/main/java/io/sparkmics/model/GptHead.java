package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The final norm and the projection to the vocabulary, tied to the token embedding: [b, t, width] to [b, t, vocabulary]. */
final class GptHead implements Stage {

    /** 128 bytes of bfloat16. Source: NVIDIA, "Matrix Multiplication Background User's Guide", table 1. */
    private static final long ALIGNMENT = 64;

    private final GptConfig config;
    private final List<Unit> units;

    GptHead(GptConfig config, Unit tokens) {
        this.config = config;
        Unit norm = Unit.of(
                "ln_f",
                Parameter.vector("transformer.ln_f.weight", Initialization.constant(1), config.width()),
                Parameter.vector("transformer.ln_f.bias", Initialization.constant(0), config.width()));
        this.units = List.of(norm, tokens);
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor normed = GptBlock.norm(input, config.width(), weights, "transformer.ln_f");
        Tensor tokens = weights.get("transformer.wte.weight");
        return input.is_cuda() ? aligned(normed, tokens) : project(normed, tokens);
    }

    /**
     * The same by way of a table with rows of zeros behind it, so that the rows of the product begin at addresses that a GPU's
     * tensor cores can be fed from. What is behind the vocabulary is cut off again.
     */
    static Tensor aligned(Tensor input, Tensor tokens) {
        long vocabulary = tokens.size(0);
        long missing = Math.floorMod(-vocabulary, ALIGNMENT);
        if (missing == 0) {
            return project(input, tokens);
        }
        Tensor table = constant_pad_nd(tokens, new long[] {0, 0, 0, missing}, new Scalar(0.0));
        return project(input, table).narrow(-1, 0, vocabulary);
    }

    private static Tensor project(Tensor input, Tensor tokens) {
        return input.matmul(tokens.transpose(0, 1));
    }
}
