package io.sparkmics.model;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** How the vectors of a sequence's tokens become one: [b, t, width] to [b, width]. Padding has no part in it. */
public enum Pooling implements Stage {

    /** Their mean; 0 where there are none. */
    MEAN {
        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            Tensor present = pass.data()
                    .narrow(1, 0, input.size(1))
                    .ge(new Scalar(0L))
                    .to(input.scalar_type())
                    .unsqueeze(2);
            return input.mul(present).sum(1).div(present.sum(1).clamp_min(new Scalar(1L)));
        }
    },

    /** That of the first token, which many tokenizers put there for this. */
    FIRST {
        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            return input.select(1, 0);
        }
    };

    @Override
    public List<Unit> units() {
        return List.of();
    }
}
