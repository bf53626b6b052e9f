package io.sparkmics.engine;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.engine.device.Cuda;
import io.sparkmics.engine.device.DeviceSums;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.OwnedParts;
import io.sparkmics.engine.device.WaitClock;
import io.sparkmics.engine.device.WaitKind;
import io.sparkmics.engine.gather.FlatGather;
import io.sparkmics.engine.gather.GatherArena;
import io.sparkmics.engine.gather.GatheredUnit;
import io.sparkmics.engine.gather.HierarchicalGather;
import io.sparkmics.engine.gather.Residency;
import io.sparkmics.engine.gather.UnitGather;
import io.sparkmics.engine.gather.UnitPass;
import io.sparkmics.engine.gradient.GradientBuffer;
import io.sparkmics.engine.gradient.GradientNorm;
import io.sparkmics.engine.gradient.GradientSynchronization;
import io.sparkmics.engine.gradient.HopTwo;
import io.sparkmics.engine.optimizer.AdamW;
import io.sparkmics.engine.optimizer.Optimizer;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.optimizer.Sgd;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.engine.shard.ModelStates;
import io.sparkmics.engine.shard.ShardLayout;
import io.sparkmics.engine.shard.ShardedState;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.engine.shard.StateRestore;
import io.sparkmics.engine.shard.StateSource;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.engine.stage.BoundStage;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Model;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.plan.ActivationCheckpointing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * One rank's part of training with MiCS. All ranks call the same methods in the same order; one thread a rank.
 *
 * <p>The model states are sharded over the partition group. With p = 1 this is data parallelism, with p = W it is ZeRO-3:
 * settings, not other code.
 *
 * <p>Errors: {@link io.sparkmics.bootstrap.deadline.CommunicationException} when a peer is lost; the engine must then be closed
 * and its communicators aborted. Source: "MiCS: Near-linear Scaling for Training Gigantic Model on Public Cloud", VLDB 2023.
 */
public final class MicsEngine implements AutoCloseable {

    /** What is summed over the world in a step, in this order; the norm is every partition group's already. */
    private static final int LOSS = 0;

    private static final int STOP = 1;
    private static final int WEIGHT = 2;
    private static final int NORM = 3;

    private final ModelStates states;
    private final Map<Unit, GatheredUnit> gathered = new LinkedHashMap<>();
    private final GradientSynchronization synchronization;
    private final GradientNorm norm;
    private final Optimizer optimizer;
    private final WaitClock waits;
    private final WorldSum worldSum;
    private final MicroStep microStep;
    private final Evaluation evaluation;
    private final GatherArena arena;
    private final GradientBuffer gradients;
    private final DeviceSums sums;
    private final RankContext ranks;
    private final Communicator partition;
    private final int partitionIndex;
    private final boolean weightedMean;

    private boolean stopAsked;

    private final OwnedParts parts = new OwnedParts();

    /**
     * Allocates this rank's shards and gives them their first values.
     *
     * @param ranks stays the caller's; must outlive the engine
     */
    public MicsEngine(Model model, EngineSettings settings, RankContext ranks) {
        partition = ranks.communicator(GroupKind.PARTITION);
        Communicator replication = ranks.communicator(GroupKind.REPLICATION);
        UnitGather gather = ranks.hierarchical()
                ? new HierarchicalGather(
                        ranks.communicator(GroupKind.INTER_NODE), ranks.communicator(GroupKind.INTRA_NODE))
                : new FlatGather(partition);
        partitionIndex = partition.group().index();
        weightedMean = settings.sequences().weightedMean();
        ElementTypes types = settings.types();
        OverlapSettings overlap = settings.overlap();
        RankDevice device = ranks.device();
        this.ranks = ranks;
        waits = new WaitClock(device);
        worldSum = new WorldSum(partition, replication, waits);
        try {
            states = parts.own(
                    new ModelStates(ShardLayout.of(model, partition.group().size()), types, partition, device),
                    ModelStates::close);
            new Initializer(settings.seed()).fill(states, partitionIndex);
            states.refresh();
            for (UnitShard shard : states.layout().shards()) {
                GatheredUnit unit = parts.own(new GatheredUnit(shard, types.compute(), device), GatheredUnit::close);
                stayWhole(unit);
                gathered.put(shard.unit(), unit);
            }
            norm = new GradientNorm(partition, states, settings.gradientClipping(), waits);
            optimizer = parts.own(
                    settings.optimizer() instanceof OptimizerSettings.AdamW adamW
                            ? new AdamW(adamW, states, partitionIndex, device)
                            : new Sgd(states),
                    Optimizer::close);
            List<BoundStage> stages = bind(model.stages(), settings.checkpointing());
            List<List<GatheredUnit>> forwardUnits =
                    stages.stream().map(BoundStage::forwardUnits).toList();
            List<List<GatheredUnit>> backwardUnits =
                    stages.stream().map(BoundStage::backwardUnits).toList();
            List<List<GatheredUnit>> trainedUnits =
                    stages.stream().map(BoundStage::trainedUnits).toList();
            UnitPass thereAndBack =
                    UnitPass.thereAndBack(forwardUnits, backwardUnits, gather, types.compute(), overlap.gathersAhead());
            UnitPass forward = UnitPass.forward(forwardUnits, gather, types.compute(), overlap.gathersAhead());
            arena = parts.own(
                    GatherArena.of(List.of(thereAndBack, forward), gather, states, device), GatherArena::close);
            gradients = parts.own(
                    new GradientBuffer(trainedUnits, states.layout(), types.reduction(), device),
                    GradientBuffer::close);
            sums = parts.own(new DeviceSums(4, ranks), DeviceSums::close);
            HopTwo hopTwo = parts.own(
                    new HopTwo(replication, states, trainedUnits, overlap.messageBytes(), overlap.hopTwo(), waits),
                    HopTwo::close);
            synchronization = parts.own(
                    new GradientSynchronization(partition, states, gradients, hopTwo, waits),
                    GradientSynchronization::close);
            Residency residency = new Residency(thereAndBack, arena, waits);
            microStep = new MicroStep(stages, residency, synchronization, settings);
            evaluation = new Evaluation(stages, new Residency(forward, arena, waits), worldSum, sums, settings);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private List<BoundStage> bind(List<Stage> stages, ActivationCheckpointing checkpointing) {
        List<BoundStage> bound = new ArrayList<>();
        boolean reached = false;
        for (Stage stage : stages) {
            reached |= stage.units().stream().anyMatch(Unit::trainable);
            BoundStage next = reached && checkpointing.recomputes(bound.size(), stages.size())
                    ? BoundStage.recomputed(stage, gathered)
                    : new BoundStage(stage, gathered, reached);
            bound.add(parts.own(next, BoundStage::close));
        }
        return bound;
    }

    private void stayWhole(GatheredUnit unit) {
        try (PointerScope scope = new PointerScope()) {
            states.address(unit.shard()).ifPresent(unit::stayAt);
        }
    }

    /**
     * One step: s micro-steps and one update. Where the loss or the gradient is not finite all ranks leave out the update:
     * parameters and what the optimizer remembers stay as they are, to the bit.
     *
     * @param step from 0
     * @param microBatches this rank's s micro-batches, each closed here; every rank has as many. Whether one is the last is
     *     asked in the middle of it
     */
    public StepResult step(long step, Iterator<MicroBatch> microBatches, double learningRate) {
        awaitShards();
        sums.clear();
        synchronization.begin();
        long microSteps = 0;
        double weight = 0;
        while (microBatches.hasNext()) {
            try (MicroBatch microBatch = microBatches.next();
                    Tensor loss = sums.at(LOSS)) {
                microStep.run(microBatch, loss, () -> !microBatches.hasNext());
                weight += microBatch.meanWeight();
                microSteps++;
            }
        }
        synchronization.finishHopTwo();
        long count = microSteps * ranks.worldSize();
        try (PointerScope scope = new PointerScope()) {
            if (stopAsked) {
                sums.at(STOP).fill_(new Scalar(1));
            }
            norm.measure(count, sums.at(NORM));
            sums.at(WEIGHT).fill_(new Scalar(weight));
            // Replicas stay equal only if all of them divide and clip by the same numbers, to the bit.
            if (weightedMean) {
                worldSum.alike(sums.first(NORM + 1), 1);
            } else {
                worldSum.of(sums.first(NORM + 1), 1);
            }
        }
        // Before the update, so that it can be left out. The device idles no longer than if they were read behind it,
        // where the next forward pass would be late.
        double[] read = sums.read();
        double divisor = weightedMean ? read[WEIGHT] : count;
        StepResult result = new StepResult(read[LOSS] / divisor, read[NORM] * (count / divisor), read[STOP] > 0);
        if (!result.skipped()) {
            optimizer.update(learningRate, norm.scale(divisor, result.gradientNorm()));
            states.refresh();
        }
        return result;
    }

    /**
     * Where units are read in the shards of others: until all of the partition group have come here, and see what each has
     * changed. Nobody changes anything while others read it, for what reads ends with a sum over the world, or with this.
     */
    private void awaitShards() {
        if (states.inCommon()) {
            try (PointerScope scope = new PointerScope()) {
                waits.join(WaitKind.GATHER, partition.allReduce(sums.first(1)));
            }
        }
    }

    /**
     * The next steps tell all ranks that one of them wants the run to end: so that all of them end after the same step. Between
     * two steps.
     */
    public void askForStop() {
        stopAsked = true;
    }

    /**
     * The weighted mean loss over every rank's sequences, without dropout and without a gradient; the same on all ranks, to the
     * bit.
     *
     * @param microBatches each closed here; every rank has as many
     */
    public double evaluate(Iterator<MicroBatch> microBatches) {
        awaitShards();
        return evaluation.run(microBatches);
    }

    /**
     * How many of the model's parameters are not finite. All ranks of a partition group call it together and get the same;
     * other groups need not.
     */
    public long nonFiniteParameters() {
        sums.clear();
        for (UnitShard shard : states.layout().shards()) {
            // Unit by unit, as for the norm: what the whole shard takes once more may not be there.
            try (PointerScope scope = new PointerScope()) {
                sums.at(0)
                        .add_(states.parameters()
                                .of(shard)
                                .isfinite()
                                .logical_not()
                                .sum());
            }
        }
        try (PointerScope scope = new PointerScope()) {
            worldSum.partition().allReduce(sums.first(1)).join();
        }
        return (long) sums.read()[0];
    }

    /**
     * Gathers unit after unit and shows each parameter whole, on the host and as precise as it is kept, never more than one
     * unit at a time. All ranks of a partition group call it together; other groups need not.
     *
     * @throws IOException what the visitor threw; the peers then wait in vain, so the communicators must be aborted
     */
    public void forEachParameter(ParameterVisitor visitor) throws IOException {
        awaitShards();
        for (UnitShard shard : states.layout().shards()) {
            try (PointerScope scope = new PointerScope()) {
                Tensor whole = arena.masters(shard);
                ranks.synchronize();
                Tensor host =
                        whole.to(new Device(DeviceType.CPU), states.types().states());
                long offset = 0;
                for (Parameter parameter : shard.unit().parameters()) {
                    Tensor value = host.narrow(0, offset, parameter.size());
                    visitor.visit(parameter, value.view(Native.sizes(parameter)));
                    offset += parameter.size();
                }
            }
        }
        awaitShards();
    }

    /** Room in host memory for a copy of all this rank's states. The caller's to close. */
    public StateCopy newStateCopy() {
        return newStateCopy(statesByKind().keySet());
    }

    /** Room in host memory for a copy of this rank's states of some kinds. The caller's to close. */
    public StateCopy newStateCopy(Set<StateKind> kinds) {
        Map<StateKind, ShardedState> copied = statesByKind();
        if (!copied.keySet().containsAll(kinds)) {
            throw new IllegalArgumentException("Cannot copy " + kinds + ": this engine has " + copied.keySet() + ".");
        }
        copied.keySet().retainAll(kinds);
        return new StateCopy(states.layout(), copied, optimizer::updates, ranks);
    }

    /**
     * Goes on where another run was, of any world and partition group size: fills this rank's shards, to the bit. Between
     * steps; each rank calls it alone.
     *
     * @param source of every kind that {@link #newStateCopy()} copies
     * @param updates how many had made these states, see {@link StateCopy#updates()}
     * @throws IOException what the source threw; the engine must then be closed
     */
    public void restore(StateSource source, long updates) throws IOException {
        restore(statesByKind(), source, updates);
    }

    /** As {@link #restore}, where nothing is left to train: what the optimizer remembers stays as it is. */
    public void restoreParameters(StateSource source, long updates) throws IOException {
        restore(Map.of(StateKind.PARAMETERS, states.parameters()), source, updates);
    }

    /**
     * Gives the parameters of some units other first values; the rest keep theirs. Before the first step; each rank calls it
     * alone.
     *
     * @param units of the model
     * @throws IOException what the source threw; the engine must then be closed
     */
    public void start(List<Unit> units, StateSource source) throws IOException {
        Set<Unit> started = new HashSet<>(units);
        ShardLayout some = new ShardLayout(states.layout().shards().stream()
                .filter(shard -> started.remove(shard.unit()))
                .toList());
        if (!started.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot give units their first values: "
                            + started.stream().map(Unit::name).sorted().toList()
                            + " are none of this engine's. Let the model name equal units each time, their initializations included.");
        }
        new StateRestore(some, partitionIndex, ranks.device())
                .fill(Map.of(StateKind.PARAMETERS, states.parameters()), source);
        states.refresh();
    }

    private void restore(Map<StateKind, ShardedState> which, StateSource source, long updates) throws IOException {
        if (updates < 0) {
            throw new IllegalArgumentException(
                    "Cannot restore states that " + updates + " updates have made: there is no such number.");
        }
        new StateRestore(states.layout(), partitionIndex, ranks.device()).fill(which, source);
        optimizer.resumeAt(updates);
        states.refresh();
    }

    private Map<StateKind, ShardedState> statesByKind() {
        Map<StateKind, ShardedState> all = new EnumMap<>(StateKind.class);
        all.putAll(optimizer.moments());
        all.put(StateKind.PARAMETERS, states.parameters());
        return all;
    }

    /** How a unit's shards lie in this rank's model states. */
    public ShardLayout layout() {
        return states.layout();
    }

    /** The most bytes that gathered units have occupied at once, as their storages said. */
    public long peakGatheredBytes() {
        return Math.max(
                microStep.residency().peakBytes(), evaluation.residency().peakBytes());
    }

    /** Bytes of the flat buffer that gathered units stand in. */
    public long arenaBytes() {
        return arena.bytes();
    }

    /** What it has taken until now. */
    public MemoryUse memory() {
        long engineBytes = states.bytes() + optimizer.bytes() + arena.bytes() + gradients.bytes();
        RankDevice device = ranks.device();
        return new MemoryUse(engineBytes, device.isCuda() ? Cuda.peakBytes(device.ordinal()) : 0);
    }

    /**
     * How often the GPU's driver has been asked for memory since the process began: it stands still when training allocates
     * nothing any more. 0 on the CPU.
     */
    public long deviceAllocations() {
        RankDevice device = ranks.device();
        return device.isCuda() ? Cuda.allocations(device.ordinal()) : 0;
    }

    /** Bytes of gathered units now: 0 between steps. */
    public long gatheredBytes() {
        return gathered.values().stream()
                .filter(unit -> !unit.stays())
                .mapToLong(GatheredUnit::occupiedBytes)
                .sum();
    }

    /** Nanoseconds that this rank has waited for the others until now, in steps and evaluations; see {@link WaitClock}. */
    public Map<WaitKind, Long> waits() {
        return waits.nanos();
    }

    /** How many gathers the micro-steps have started. */
    public long gathers() {
        return microStep.residency().gathers();
    }

    @Override
    public void close() {
        parts.close();
    }
}
