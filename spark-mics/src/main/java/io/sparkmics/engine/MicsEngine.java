package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.model.Model;
import io.sparkmics.model.Unit;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * One rank's part of training with MiCS. All ranks call the same methods in the same order; one thread a rank.
 *
 * <p>The model states are sharded over the partition group. With p = 1 this is data parallelism, with p = W it is ZeRO-3:
 * settings, not other code.
 *
 * <p>Errors: {@link io.sparkmics.bootstrap.CommunicationException} when a peer is lost; the engine must then be closed and
 * its communicators aborted. Source: "MiCS: Near-linear Scaling for Training Gigantic Model on Public Cloud", VLDB 2023.
 */
public final class MicsEngine implements AutoCloseable {

    private final int worldSize;
    private final ModelStates states;
    private final Map<Unit, GatheredUnit> gathered = new LinkedHashMap<>();
    private final GradientSynchronization synchronization;
    private final GradientNorm norm;
    private final Optimizer optimizer;
    private final WorldSum worldSum;
    private final MicroStep microStep;
    private final Evaluation evaluation;
    private final UnitGather gather;

    /** What gives native memory back, the latest first. */
    private final Deque<Runnable> closers = new ArrayDeque<>();

    /**
     * Allocates this rank's shards and gives them their first values.
     *
     * @param ranks stays the caller's; must outlive the engine
     */
    public MicsEngine(Model model, EngineSettings settings, RankContext ranks) {
        Communicator partition = ranks.communicator(GroupKind.PARTITION);
        Communicator replication = ranks.communicator(GroupKind.REPLICATION);
        int partitionIndex = partition.group().index();
        worldSize = ranks.worldSize();
        gather = ranks.hierarchical()
                ? new HierarchicalGather(
                        ranks.communicator(GroupKind.INTER_NODE), ranks.communicator(GroupKind.INTRA_NODE))
                : partition::gather;
        worldSum = new WorldSum(partition, replication);
        try {
            states = own(
                    new ModelStates(ShardLayout.of(model, partition.group().size()), settings.precision()),
                    ModelStates::close);
            new Initializer(settings.seed()).fill(states, partitionIndex);
            for (UnitShard shard : states.layout().shards()) {
                gathered.put(shard.unit(), own(new GatheredUnit(shard, settings.precision()), GatheredUnit::close));
            }
            synchronization =
                    own(new GradientSynchronization(partition, replication, states), GradientSynchronization::close);
            norm = new GradientNorm(partition, states, settings.gradientClipping());
            optimizer = own(
                    settings.optimizer() instanceof OptimizerSettings.AdamW adamW
                            ? new AdamW(adamW, states, partitionIndex)
                            : new Sgd(states),
                    Optimizer::close);
            List<BoundStage> stages = model.stages().stream()
                    .map(stage -> new BoundStage(stage, gathered))
                    .toList();
            microStep = new MicroStep(stages, gather, states, synchronization, settings.seed());
            evaluation = new Evaluation(stages, gather, states, worldSum);
        } catch (RuntimeException | Error e) {
            // Where memory ran out, what was had until then is what the next attempt needs.
            close();
            throw e;
        }
    }

    private <T> T own(T part, Consumer<T> close) {
        closers.push(() -> close.accept(part));
        return part;
    }

    /**
     * One step: s micro-steps and one update.
     *
     * @param step from 0
     * @param microBatches this rank's s micro-batches, each closed here; every rank has as many
     */
    public StepResult step(long step, Iterator<MicroBatch> microBatches, double learningRate) {
        double loss = 0;
        long microSteps = 0;
        while (microBatches.hasNext()) {
            try (MicroBatch microBatch = microBatches.next()) {
                loss += microStep.run(microBatch);
                microSteps++;
            }
        }
        synchronization.hopTwo();
        long count = microSteps * worldSize;
        double gradientNorm = norm.averageAndClip(count);
        optimizer.update(step, learningRate);
        states.gradients().zero_();
        return new StepResult(worldSum.of(loss)[0] / count, gradientNorm);
    }

    /**
     * The weighted mean loss over every rank's sequences, without dropout and without a gradient.
     *
     * @param microBatches each closed here; every rank has as many
     */
    public double evaluate(Iterator<MicroBatch> microBatches) {
        return evaluation.run(microBatches);
    }

    /**
     * Gathers unit after unit and shows each parameter whole, never more than one unit at a time. All ranks of a partition
     * group call it together; other groups need not.
     *
     * @throws IOException what the visitor threw; the peers then wait in vain, so the communicators must be aborted
     */
    public void forEachParameter(ParameterVisitor visitor) throws IOException {
        for (GatheredUnit unit : gathered.values()) {
            unit.allocate();
            try (PointerScope scope = new PointerScope()) {
                gather.start(states.parameters(unit.shard()), unit.wholeForWriting())
                        .await();
                for (var parameter : unit.shard().unit().parameters()) {
                    Tensor value = unit.parameters().get(parameter.name()).detach();
                    visitor.visit(parameter, value);
                }
            } finally {
                unit.release();
            }
        }
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

    /** Bytes of gathered units now: 0 between steps. */
    public long gatheredBytes() {
        return gathered.values().stream().mapToLong(GatheredUnit::occupiedBytes).sum();
    }

    /** How many gathers the micro-steps have started. */
    public long gathers() {
        return microStep.residency().gathers();
    }

    @Override
    public void close() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }
}
