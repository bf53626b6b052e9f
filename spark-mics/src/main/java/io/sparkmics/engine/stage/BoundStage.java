package io.sparkmics.engine.stage;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.gather.GatheredUnit;
import io.sparkmics.model.ChunkedLoss;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.LossPart;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.SharedWeights;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
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
    private final boolean recomputed;
    private final boolean reached;
    private final List<GatheredUnit> units;
    private final List<GatheredUnit> trained;
    private final Map<String, Tensor> parameters = new HashMap<>();

    /** The parameters of one trained unit after another: what gradients are asked of. */
    private final TensorVector inOrder;

    /**
     * Keeps what the backward pass needs.
     *
     * @param reached whether a backward pass comes so far: where something is trained in this stage or before it
     */
    public BoundStage(Stage stage, Map<Unit, GatheredUnit> gathered, boolean reached) {
        this(stage, gathered, reached, false);
    }

    /** Keeps its input alone, and runs the forward pass again for the backward pass, which comes so far. */
    public static BoundStage recomputed(Stage stage, Map<Unit, GatheredUnit> gathered) {
        return new BoundStage(stage, gathered, true, true);
    }

    private BoundStage(Stage stage, Map<Unit, GatheredUnit> gathered, boolean reached, boolean recomputed) {
        this.stage = stage;
        this.reached = reached;
        this.recomputed = recomputed;
        this.units = stage.units().stream().map(gathered::get).toList();
        this.trained =
                units.stream().filter(unit -> unit.shard().unit().trainable()).toList();
        units.forEach(unit -> parameters.putAll(unit.parameters()));
        try (PointerScope scope = new PointerScope()) {
            inOrder = Native.keep(new TensorVector(trained.stream()
                    .flatMap(unit -> unit.parameters().values().stream())
                    .toArray(Tensor[]::new)));
        }
    }

    /** The units that the forward pass reads. */
    public List<GatheredUnit> forwardUnits() {
        return units;
    }

    /** Of them, those whose gradients the backward pass makes. */
    public List<GatheredUnit> trainedUnits() {
        return trained;
    }

    /** The units that the backward pass reads, or the forward pass that is run then. */
    public List<GatheredUnit> backwardUnits() {
        boolean reads = recomputed || stage instanceof ChunkedLoss || stage.backwardReadsWeights();
        return reached && reads ? units : List.of();
    }

    /** What the losses are computed in, one after another; empty where they are computed as a whole. */
    public List<LossPart> parts(Tensor input) {
        List<LossPart> parts = stage instanceof ChunkedLoss loss ? LossPart.of(loss, input) : List.of();
        return parts.size() > 1 ? parts : List.of();
    }

    /**
     * Runs the stage. Input and result are the caller's to close; the input may be freed at once, and the units may be
     * released: a result that is a view of them is copied.
     */
    public Activation forward(Tensor input, ForwardPass pass) {
        Activation whole = withGraph(input, leaf -> stage.forward(leaf, this::parameter, pass));
        return recomputed ? withoutGraph(whole) : whole;
    }

    /** What all {@link #parts} of one pass read. The caller's to close behind the last one's backward pass. */
    public SharedWeights partWeights() {
        return new SharedWeights(this::parameter);
    }

    /** The same as of the whole, of one of {@link #parts}. */
    public Activation forward(LossPart part, Tensor input, SharedWeights weights, ForwardPass pass) {
        try (PointerScope scope = new PointerScope()) {
            ChunkedLoss loss = (ChunkedLoss) stage;
            return withGraph(part.of(input), leaf -> loss.part(leaf, part.first(), weights, pass));
        }
    }

    private Activation withGraph(Tensor input, UnaryOperator<Tensor> forward) {
        try (PointerScope scope = new PointerScope()) {
            Tensor leaf = input.detach();
            // Not where nothing before this stage is trained. Integers have no gradient either.
            if (input.requires_grad()) {
                leaf.requires_grad_(true);
            }
            Tensor output = forward.apply(leaf);
            if (output == null || output.isNull() || !output.defined()) {
                throw new IllegalStateException("Cannot go on behind "
                        + stage.getClass().getName() + ": its forward made no tensor. Return one.");
            }
            boolean view = units.stream().anyMatch(unit -> unit.holds(output));
            return new Activation(Native.keep(leaf), Native.keep(view ? output.clone() : output));
        }
    }

    /**
     * Drops the graph behind the output. It has been there because kernels are chosen by whether a gradient is wanted: so both
     * runs compute the same, to the bit. While it was, it took no more than it will in the backward pass.
     */
    private static Activation withoutGraph(Activation whole) {
        try (whole;
                PointerScope scope = new PointerScope()) {
            Tensor input = new Tensor(whole.input());
            Tensor output = whole.output().detach();
            output.set_requires_grad(whole.output().requires_grad());
            return new Activation(Native.keep(input), Native.keep(output));
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
     * Runs the backward pass and hands each trained unit's gradients over, where there are some.
     *
     * @param pass of the forward pass
     * @param gradient of the activation's output; null where the stages behind do not depend on it
     * @return the gradient of its input, the caller's to close; null where the loss does not depend on it through this stage
     */
    public Tensor backward(Activation activation, ForwardPass pass, Tensor gradient, UnitGradients destination) {
        if (gradient == null || !activation.output().requires_grad()) {
            return null;
        }
        if (!recomputed) {
            return backward(activation, gradient, destination);
        }
        try (Activation again = withGraph(activation.input(), leaf -> stage.forward(leaf, this::parameter, pass))) {
            return backward(again, gradient, destination);
        }
    }

    private Tensor backward(Activation activation, Tensor gradient, UnitGradients destination) {
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
            for (GatheredUnit unit : trained) {
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
