package io.sparkmics.engine.trial;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.stage.Activation;
import io.sparkmics.engine.stage.BoundStage;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One stage of a {@link ModelTrial}, with its weights whole.
 *
 * @param number from 1
 * @param count how many stages the model has: the last one makes the losses
 * @param type that is computed in
 * @param andBack whether the backward pass is tried too
 */
record StageTrial(Stage stage, int number, int count, ScalarType type, boolean andBack) {

    private static final String FLOWS = "Use differentiable operations only";

    /**
     * @param input stays the caller's
     * @return what the next stage takes, the caller's to close: without this one's graph, but needing a gradient where it does
     * @throws ModelTrial.Refused where something is wrong with the stage
     */
    Tensor run(Tensor input, StagePass pass) {
        try (WholeStage whole = new WholeStage(stage, type);
                Activation activation = forward(whole.bound(), input, pass)) {
            if (number == count) {
                checkLosses(activation.output(), pass.data().size(0));
            } else {
                checkHandedOn(activation);
            }
            if (andBack) {
                backward(whole, activation, pass);
            }
            try (PointerScope scope = new PointerScope()) {
                Tensor output = activation.output();
                return Native.keep(output.detach().set_requires_grad(output.requires_grad()));
            }
        }
    }

    private Activation forward(BoundStage bound, Tensor input, StagePass pass) {
        long version = pass.data()._version();
        Activation activation;
        try {
            activation = bound.forward(input, pass);
        } catch (RuntimeException e) {
            throw refused("fails in its forward pass on " + data(pass) + ": " + reason(e), remedy(e, "Correct it"));
        }
        if (pass.data()._version() != version) {
            activation.close();
            throw refused(
                    "changes the " + name(pass) + " in place, which later stages read too", "Make a tensor of its own");
        }
        return activation;
    }

    private static String data(StagePass pass) {
        return name(pass) + " of shape " + shape(pass.data()) + (padded(pass.data()) ? ", the last ones -1" : "");
    }

    /** Rows have columns, whose first may be numbers or a class. */
    private static String name(StagePass pass) {
        return pass.batch().columns().isEmpty() ? "tokens" : "data";
    }

    private static boolean padded(Tensor data) {
        try (PointerScope scope = new PointerScope()) {
            return !data.is_floating_point() && data.min().item_long() < 0;
        }
    }

    private void checkLosses(Tensor losses, long sequences) {
        if (!losses.is_floating_point() || losses.dim() != 1 || losses.size(0) != sequences) {
            throw refused(
                    "makes " + describe(losses) + " of " + sequences + " sequences",
                    "The last stage makes one loss for each sequence, as floating point of shape [" + sequences
                            + "] here");
        }
        if (!losses.requires_grad()) {
            throw refused("makes losses that depend on no parameter", FLOWS);
        }
    }

    private void checkHandedOn(Activation activation) {
        boolean trained = stage.units().stream().anyMatch(Unit::trainable)
                || activation.input().requires_grad();
        if (trained && !activation.output().is_floating_point()) {
            throw refused(
                    "hands on " + describe(activation.output())
                            + ", through which no gradient flows: the units up to here would never be trained",
                    "Hand on floating point, or integers before the first unit only");
        }
    }

    /** Who needs no weights for it computes numbers without them too. */
    private void backward(WholeStage whole, Activation activation, StagePass pass) {
        boolean withoutWeights = !stage.backwardReadsWeights() && finite(activation.output());
        if (withoutWeights) {
            whole.fillWithNaN();
        }
        AtomicBoolean finite = new AtomicBoolean(true);
        try (PointerScope scope = new PointerScope()) {
            Tensor gradient = torch.ones_like(activation.output());
            Tensor ofInput = whole.bound().backward(activation, pass, gradient, (unit, gradients, first) -> {
                for (long i = first; i < first + unit.unit().parameters().size(); i++) {
                    finite.compareAndSet(true, finite(gradients.get(i)));
                }
            });
            if (ofInput != null) {
                finite.compareAndSet(true, finite(ofInput));
            }
            Native.close(ofInput);
        } catch (RuntimeException e) {
            throw refused("fails in its backward pass: " + reason(e), FLOWS);
        }
        if (withoutWeights && !finite.get()) {
            throw refused(
                    "reads its weights in the backward pass, though it says it does not",
                    "Let backwardReadsWeights() be true");
        }
    }

    private static boolean finite(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            return !tensor.defined() || tensor.isfinite().all().item_bool();
        }
    }

    private ModelTrial.Refused refused(String what, String remedy) {
        return new ModelTrial.Refused("Cannot train the model: stage " + number + " of " + count + " ("
                + stage.getClass().getName() + ") " + what + ". " + remedy + ".");
    }

    /** {@code Long [2, 16]}. */
    static String describe(Tensor tensor) {
        return tensor.scalar_type().intern() + " " + shape(tensor);
    }

    private static String shape(Tensor tensor) {
        long[] sizes = new long[Math.toIntExact(tensor.dim())];
        Arrays.setAll(sizes, tensor::size);
        return Arrays.toString(sizes);
    }

    /** @param otherwise where the failure alone does not tell */
    static String remedy(RuntimeException e, String otherwise) {
        if (e instanceof BoundStage.UndeclaredParameterException) {
            return "Read one of these, or declare it in a unit";
        }
        // In libtorch's words, which name neither the stage's input nor its parameters.
        return reason(e).contains("leaf Variable that requires grad")
                ? "A stage must not change its input or its parameters in place: make a tensor of its own"
                : otherwise;
    }

    /** libtorch adds where in its code that was. */
    static String reason(RuntimeException e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.lines().findFirst().orElse("").replaceFirst("\\.$", "");
    }
}
