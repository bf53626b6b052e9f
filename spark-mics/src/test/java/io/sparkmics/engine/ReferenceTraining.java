package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.model.Model;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Tokens;
import io.sparkmics.model.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One process, whole weights, the global batch at once, libtorch's own autograd and optimizers: nothing of the engine. */
final class ReferenceTraining {

    /** It knows nothing of groups, nodes and overlap: cases that differ in these alone have the same one. */
    private static final Map<Case, Outcome> OUTCOMES = new ConcurrentHashMap<>();

    private final Case run;
    private final Model model;
    private final UnaryOperator<Map<String, Tensor>> read;
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final List<org.bytedeco.pytorch.Optimizer> optimizers = new ArrayList<>();

    private ReferenceTraining(Case run, Model model, UnaryOperator<Map<String, Tensor>> read) {
        this.run = run;
        this.model = model;
        this.read = read;
    }

    static Outcome run(Case run) {
        return OUTCOMES.computeIfAbsent(
                run.withoutSharding(),
                reference -> run(reference, reference.config().build()));
    }

    /** @param model the case's, of which some units may stay as they are */
    static Outcome run(Case run, Model model) {
        return run(run, model, UnaryOperator.identity());
    }

    /** @param read what the forward pass reads, made of the weights */
    static Outcome run(Case run, Model model, UnaryOperator<Map<String, Tensor>> read) {
        try (PointerScope scope = new PointerScope()) {
            return new ReferenceTraining(run, model, read).train();
        }
    }

    private Outcome train() {
        Initializer initializer = new Initializer(run.settings().seed());
        for (Unit unit : model.units()) {
            for (Parameter parameter : unit.parameters()) {
                Tensor value = initializer
                        .values(parameter)
                        .to(run.settings().precision().states())
                        .clone();
                weights.put(parameter.name(), value.requires_grad_(unit.trainable()));
            }
        }
        makeOptimizers(model.units().stream()
                .filter(Unit::trainable)
                .flatMap(unit -> unit.parameters().stream())
                .toList());
        List<Double> losses = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        for (long step = 0; step < run.steps(); step++) {
            try (PointerScope scope = new PointerScope()) {
                optimizers.forEach(org.bytedeco.pytorch.Optimizer::zero_grad);
                losses.add(run.settings().precision() == Precision.BFLOAT16 ? mixedBackward(step) : backward(step));
                norms.add(clip());
                for (var optimizer : optimizers) {
                    optimizer.param_groups().get(0).options().set_lr(run.learningRate(step));
                    optimizer.step();
                }
            }
        }
        Map<String, double[]> result = new LinkedHashMap<>();
        weights.forEach((name, value) -> result.put(name, Values.of(value)));
        return new Outcome(losses, norms, result);
    }

    private double backward(long step) {
        Tensor loss = new ReferenceGpt(run.config(), read.apply(weights)).loss(Tokens.tensor(globalBatch(step)));
        loss.backward();
        return loss.item_double();
    }

    /** Sequence by sequence over weights in half the bits; behind the cast the gradients are summed in all of them. */
    private double mixedBackward(long step) {
        double sum = 0;
        int[][] sequences = globalBatch(step);
        for (int[] sequence : sequences) {
            Map<String, Tensor> cast = new LinkedHashMap<>();
            weights.forEach((name, weight) -> cast.put(name, weight.to(ScalarType.BFloat16)));
            Tensor loss = new ReferenceGpt(run.config(), cast).loss(Tokens.tensor(new int[][] {sequence}));
            loss.div(new Scalar((double) sequences.length)).backward();
            sum += loss.item_double();
        }
        return sum / sequences.length;
    }

    private void makeOptimizers(List<Parameter> parameters) {
        for (boolean decay : new boolean[] {true, false}) {
            TensorVector group = new TensorVector();
            parameters.stream()
                    .filter(parameter -> parameter.decay() == decay)
                    .forEach(parameter -> group.push_back(weights.get(parameter.name())));
            optimizers.add(optimizer(group, decay));
        }
    }

    private org.bytedeco.pytorch.Optimizer optimizer(TensorVector group, boolean decay) {
        if (!(run.settings().optimizer() instanceof OptimizerSettings.AdamW settings)) {
            return new SGD(group, new SGDOptions(1));
        }
        AdamWOptions options = new AdamWOptions(1);
        // A std::tuple lies in memory back to front.
        assertThat(options.betas().get(1)).isEqualTo(0.9);
        options.betas().put(1, settings.beta1()).put(0, settings.beta2());
        options.eps().put(settings.epsilon());
        options.weight_decay().put(decay ? settings.weightDecay() : 0);
        return new AdamW(group, options);
    }

    private int[][] globalBatch(long step) {
        int[][] sequences = new int[run.globalBatchSize()][];
        for (int slot = 0; slot < sequences.length; slot++) {
            sequences[slot] = run.sequence(step, slot);
        }
        return sequences;
    }

    /** Clips in place and returns the norm, each parameter's own norm first. */
    private double clip() {
        double squares = 0;
        List<Tensor> trained =
                weights.values().stream().filter(Tensor::requires_grad).toList();
        for (Tensor weight : trained) {
            double norm = org.bytedeco.pytorch.global.torch.norm(weight.grad()).item_double();
            squares += norm * norm;
        }
        double norm = Math.sqrt(squares);
        double limit = run.settings().gradientClipping();
        if (limit > 0 && norm > limit) {
            trained.forEach(weight -> weight.grad().mul_(new Scalar(limit / (norm + 1e-6))));
        }
        return norm;
    }
}
