package io.sparkmics.engine.stage;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.gather.GatheredUnit;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A stage together with the places where its units stand whole. */
public final class BoundStage implements AutoCloseable {

    /** A stage asked for a parameter that none of its units has. */
    public static final class UndeclaredParameterException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        private UndeclaredParameterException(String message) {
            super(message);
        }
    }

    private final Stage stage;
    private final List<GatheredUnit> units;
    private final Map<String, Tensor> parameters = new HashMap<>();

    /** The parameters of one unit after another: what gradients are asked of. */
    private final TensorVector inOrder;

    public BoundStage(Stage stage, Map<Unit, GatheredUnit> gathered) {
        this.stage = stage;
        this.units = stage.units().stream().map(gathered::get).toList();
        units.forEach(unit -> parameters.putAll(unit.parameters()));
        try (PointerScope scope = new PointerScope()) {
            inOrder = Native.keep(new TensorVector(units.stream()
                    .flatMap(unit -> unit.parameters().values().stream())
                    .toArray(Tensor[]::new)));
        }
    }

    /** The units that the forward pass reads. */
    public List<GatheredUnit> forwardUnits() {
        return units;
    }

    /** The units that the backward pass reads. */
    public List<GatheredUnit> backwardUnits() {
        return stage.backwardReadsWeights() ? units : List.of();
    }

    /**
     * Runs the stage. Input and result are the caller's to close; the input may be freed at once, and the units may be
     * released: a result that is a view of them is copied.
     */
    public Activation forward(Tensor input, ForwardPass pass) {
        try (PointerScope scope = new PointerScope()) {
            Tensor leaf = input.detach();
            // Not where nothing before this stage is trained. Integers have no gradient either.
            if (input.requires_grad()) {
                leaf.requires_grad_(true);
            }
            Tensor output = stage.forward(leaf, this::parameter, pass);
            if (output == null || output.isNull() || !output.defined()) {
                throw new IllegalStateException("Cannot go on behind "
                        + stage.getClass().getName() + ": its forward made no tensor. Return one.");
            }
            boolean view = units.stream().anyMatch(unit -> unit.holds(output));
            return new Activation(Native.keep(leaf), Native.keep(view ? output.clone() : output));
        }
    }

    private Tensor parameter(String name) {
        Tensor parameter = parameters.get(name);
        if (parameter == null) {
            throw new UndeclaredParameterException("Cannot read parameter " + name + " in a stage of units "
                    + stage.units().stream().map(Unit::name).toList() + ": they declare "
                    + stage.units().stream()
                            .flatMap(unit -> unit.parameters().stream())
                            .map(Parameter::name)
                            .toList()
                    + ".");
        }
        return parameter;
    }

    /**
     * Runs the backward pass and hands each unit's gradients over, where there are some.
     *
     * @param gradient of the activation's output; null where the stages behind do not depend on it
     * @return the gradient of its input, the caller's to close; null where the loss does not depend on it through this stage
     */
    public Tensor backward(Activation activation, Tensor gradient, UnitGradients destination) {
        if (gradient == null || !activation.output().requires_grad()) {
            return null;
        }
        try (PointerScope scope = new PointerScope()) {
            boolean inputHasGradient = activation.input().requires_grad();
            TensorVector inputs = new TensorVector();
            inputs.put(inOrder);
            if (inputHasGradient) {
                inputs.push_back(activation.input());
            }
            TensorVector gradients = torch.grad(
                    new TensorVector(activation.output()),
                    inputs,
                    new TensorVector(gradient),
                    new BoolOptional(),
                    false,
                    true);
            long first = 0;
            for (GatheredUnit unit : units) {
                destination.accumulate(unit.shard(), gradients, first);
                first += unit.parameters().size();
            }
            if (!inputHasGradient || !gradients.get(first).defined()) {
                return null;
            }
            // A vector's element dies with the vector: what leaves is a tensor of its own over the same bytes.
            return Native.keep(new Tensor(gradients.get(first)));
        }
    }

    @Override
    public void close() {
        Native.close(inOrder);
    }
}
