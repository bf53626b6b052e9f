package io.sparkmics.gpu;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.NamedColumns;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.UniformNumbers;
import io.sparkmics.model.Unit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What forward and backward of one micro-batch take beside the weights, without the engine: whole weights on one GPU, the
 * gradients of a stage dropped as soon as they are there. So the most of it is activations, and one stage's gradients at
 * most.
 */
public final class Activations {

    private record Stopover(Tensor input, Tensor output) {}

    private final GptConfig config;
    private final RankDevice device;
    private final Map<String, Tensor> weights = new LinkedHashMap<>();

    private Activations(GptConfig config, RankDevice device) {
        this.config = config;
        this.device = device;
    }

    /** In bytes, as tensors ask for them. For a model without dropout. */
    public static long bytes(GptConfig config, int microBatchSize, ScalarType type, RankDevice device) {
        try (PointerScope scope = new PointerScope()) {
            Activations measured = new Activations(config, device);
            measured.makeWeights(type);
            // Once to have what libraries allocate when they are first used.
            measured.run(microBatchSize);
            DeviceMemory memory = new DeviceMemory(device.ordinal());
            long before = memory.bytes();
            memory.startAgain();
            measured.run(microBatchSize);
            return memory.peakBytes() - before;
        }
    }

    private void makeWeights(ScalarType type) {
        for (Unit unit : config.build().units()) {
            for (Parameter parameter : unit.parameters()) {
                long[] shape =
                        parameter.shape().stream().mapToLong(Long::longValue).toArray();
                weights.put(
                        parameter.name(),
                        torch.full(shape, new Scalar(0.01), device.options(type))
                                .requires_grad_(true));
            }
        }
    }

    private void run(int microBatchSize) {
        try (PointerScope scope = new PointerScope()) {
            Tensor tokens =
                    torch.ones(new long[] {microBatchSize, config.context() + 1L}, device.options(ScalarType.Long));
            Deque<Stopover> there = new ArrayDeque<>();
            Tensor input = tokens;
            for (Stage stage : config.build().stages()) {
                there.push(forward(stage, input, tokens));
                input = there.peek().output();
            }
            Tensor gradient = ones(input);
            while (!there.isEmpty()) {
                gradient = backward(there.pop(), gradient);
            }
        }
    }

    private Stopover forward(Stage stage, Tensor input, Tensor tokens) {
        try (PointerScope scope = new PointerScope()) {
            Tensor leaf = input.detach();
            if (leaf.is_floating_point()) {
                leaf.requires_grad_(true);
            }
            Tensor output = stage.forward(leaf, weights::get, new WithoutDropout(tokens));
            return new Stopover(keep(leaf), keep(output));
        }
    }

    private static Tensor ones(Tensor like) {
        try (PointerScope scope = new PointerScope()) {
            return keep(torch.ones_like(like));
        }
    }

    /** Becomes the caller's to close. */
    private static Tensor keep(Tensor tensor) {
        tensor.retainReference();
        return tensor;
    }

    /** Frees all of the stage but the gradient of its input; null where there is none. */
    private Tensor backward(Stopover stage, Tensor gradient) {
        try (PointerScope scope = new PointerScope()) {
            boolean first = !stage.input().requires_grad();
            TensorVector inputs = new TensorVector();
            if (!first) {
                inputs.push_back(stage.input());
            }
            weights.values().forEach(inputs::push_back);
            TensorVector gradients = torch.grad(
                    new TensorVector(stage.output()),
                    inputs,
                    new TensorVector(gradient),
                    new BoolOptional(),
                    false,
                    true);
            return first ? null : keep(new Tensor(gradients.get(0)));
        } finally {
            stage.input().close();
            stage.output().close();
            gradient.close();
        }
    }

    private record WithoutDropout(Tensor data) implements ForwardPass {

        @Override
        public Tensor dropout(Tensor tensor, double probability, String site) {
            return tensor;
        }

        @Override
        public Tensor column(String name) {
            return NamedColumns.get(Map.of(), name);
        }

        @Override
        public Tensor uniform(String site, long... shape) {
            return UniformNumbers.of(new long[Math.toIntExact(data.size(0))], shape)
                    .to(data.device(), ScalarType.Double);
        }

        @Override
        public boolean training() {
            return true;
        }
    }
}
