package io.sparkmics.examples;

import static org.bytedeco.pytorch.global.torch.constant_pad_nd;
import static org.bytedeco.pytorch.global.torch.conv1d;
import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.embedding;

import io.sparkmics.model.*;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.*;

/**
 * A model that is not built in: each byte is predicted from the few before it, by causal convolutions.
 *
 * <p>The record is all that is needed to build the model again. It is saved as JSON and sent to the executors: plain values.
 * The jar's {@code META-INF/services/io.sparkmics.model.ModelConfig} lists it, so that a saved model can be loaded.
 *
 * @param kernel how many bytes a layer looks at, the last one included
 */
public record ByteConvolution(int layers, int width, int kernel, int context) implements ModelConfig {

    private static final int VOCABULARY = 257;

    @Override
    public LanguageModel build() {
        Unit table = Unit.of("table", Parameter.weight("table", Initialization.normal(0.05), VOCABULARY, width));
        List<Stage> stages = new ArrayList<>(List.of(new Embedding(table)));
        for (int layer = 0; layer < layers; layer++) {
            stages.add(new Convolution("layer." + layer, width, kernel));
        }
        Logits logits = new Logits(table);
        stages.add(new Loss(logits));
        return new Stages(List.copyOf(stages), logits);
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY;
    }

    @Override
    public Map<String, Object> describe() {
        return Map.of("model_type", "byte-convolution", "layers", layers, "width", width, "kernel", kernel);
    }

    /** A language model can also generate: its logits stand for the last stage then. */
    private record Stages(List<Stage> stages, Stage logits) implements LanguageModel {}

    /** Tokens [b, t + 1] to [b, t, width]: the last one is only a target. Padding, -1, is looked up as byte 0. */
    private record Embedding(Unit table) implements Stage {

        @Override
        public List<Unit> units() {
            return List.of(table);
        }

        @Override
        public Tensor forward(Tensor tokens, Weights weights, ForwardPass pass) {
            Tensor read = tokens.narrow(1, 0, tokens.size(1) - 1).clamp_min(new Scalar(0L));
            return embedding(weights.get("table"), read);
        }
    }

    /** [b, t, width] to [b, t, width]. A unit of its own for each layer: one is gathered at a time. */
    private record Convolution(String name, int width, int kernel) implements Stage {

        @Override
        public List<Unit> units() {
            Initialization normal = Initialization.normal(1 / Math.sqrt((double) width * kernel));
            return List.of(Unit.of(
                    name,
                    Parameter.weight(name + ".weight", normal, width, width, kernel),
                    Parameter.vector(name + ".bias", Initialization.constant(0), width)));
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            // Zeros before the beginning, so that no byte sees one behind it.
            Tensor past = constant_pad_nd(input.transpose(1, 2), kernel - 1, 0);
            TensorOptional bias = new TensorOptional(weights.get(name + ".bias"));
            long[] one = {1};
            Tensor mixed = conv1d(past, weights.get(name + ".weight"), bias, one, new long[] {0}, one, 1);
            return input.add(mixed.transpose(1, 2).relu());
        }
    }

    /** [b, t, width] to [b, t, 257], with the embedding's table: both name an equal unit. */
    private record Logits(Unit table) implements Stage {

        @Override
        public List<Unit> units() {
            return List.of(table);
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            return input.matmul(weights.get("table").transpose(0, 1));
        }
    }

    /** [b, t, width] to [b]: the mean loss of each sequence over what it predicts. */
    private record Loss(Logits logits) implements Stage {

        @Override
        public List<Unit> units() {
            return logits.units();
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            Tensor targets = pass.data().narrow(1, 1, input.size(1));
            Tensor scores = logits.forward(input, weights, pass).transpose(1, 2);
            Tensor losses = cross_entropy_loss(scores, targets, new TensorOptional(), 0, -1, 0);
            return losses.sum(1).div(targets.ge(new Scalar(0L)).sum(1).clamp_min(new Scalar(1L)));
        }
    }
}
