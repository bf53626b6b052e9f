package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.Bootstrap;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.RankWatch;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.machine.CudaContext;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.bootstrap.machine.NativeMemory;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.bootstrap.machine.VisibleGpus;
import io.sparkmics.bootstrap.meeting.BarrierExchange;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import io.sparkmics.bootstrap.nccl.NcclTransport;
import io.sparkmics.bootstrap.transport.Transport;
import io.sparkmics.data.BatchReader;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.engine.MemoryUse;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.job.cluster.GpuTasks;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.job.cluster.NativeLoad;
import io.sparkmics.job.cluster.RankGpu;
import io.sparkmics.job.settings.RecoverySettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.Model;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.TaskContext;
import scala.Tuple2;

/** One rank, from the first row to the last byte of its shards. */
public final class RankTask {

    private static final byte[] NO_PAYLOAD = {};

    private final TrainingPlan plan;
    private final TrainingSettings settings;

    public RankTask(TrainingPlan plan) {
        this.plan = plan;
        this.settings = plan.settings();
    }

    public RankReport run(Iterator<Tuple2<SequenceKey, int[]>> pieces) {
        FailureReporter reporter = new FailureReporter(plan.progress());
        reporter.stepsDone(plan.attempt().firstStep());
        try (Heartbeats heartbeats = Heartbeats.start(
                plan.heartbeats(),
                TaskContext.getPartitionId(),
                settings.recovery().collectiveTimeout())) {
            return CudaContext.guard(() -> NativeMemory.guard(() -> run(pieces, reporter, heartbeats)));
        } catch (Throwable failure) {
            reporter.failed(failure);
            throw failure;
        }
    }

    private RankReport run(
            Iterator<Tuple2<SequenceKey, int[]>> pieces, FailureReporter reporter, Heartbeats heartbeats) {
        BarrierTaskContext task = BarrierTaskContext.get();
        NativeLoad.require(NativeLibraries::load);
        Threads.hold(task.cpus());
        BatchReader reader = new BatchReader(
                plan.schedule(),
                plan.counts(),
                task.partitionId(),
                pieces,
                plan.attempt().firstBatch(plan.schedule().steps()));
        // Before anyone waits in a collective.
        reader.checkFirst();
        BarrierExchange exchange = new BarrierExchange(task, RecoverySettings.MEETING);
        Model model = settings.model().build();
        Optional<RankGpu> gpu = gpu(exchange);
        // Before the others wait for this one.
        gpu.ifPresent(any -> NativeLoad.require(NativeLibraries::loadCuda));
        Place place = gpu.map(RankGpu::uuid).map(exchange::place).orElseGet(exchange::place);
        try (RankContext ranks =
                        Bootstrap.join(exchange, place, transport(gpu), NO_PAYLOAD, communicationSettings(task));
                RankWatch watch = ranks.watch(reporter::stuck)) {
            reporter.met(ranks);
            heartbeats.met(ranks.rank());
            ranks.onFailure(reporter::failed);
            try (MicsEngine engine = ranks.abortOnFailure(() -> new MicsEngine(model, plan.engineSettings(), ranks))) {
                return ranks.abortOnFailure(() -> train(ranks, model, engine, reader, reporter, task::isInterrupted));
            }
        }
    }

    private Optional<RankGpu> gpu(BarrierExchange exchange) {
        if (plan.gpus() == GpuTasks.Way.NONE) {
            return Optional.empty();
        }
        VisibleGpus visible = VisibleGpus.here();
        return Optional.of(
                plan.gpus() == GpuTasks.Way.LOCAL
                        ? RankGpu.numbered(exchange.partitionId(), visible)
                        : RankGpu.at(exchange.gpu(), visible));
    }

    /** How a rank on this device talks to the others. */
    private static Transport transport(Optional<RankGpu> gpu) {
        return gpu.isPresent() ? NcclTransport.on(gpu.get().ordinal()) : MemoryTransport.over(GlooTransport.onHost());
    }

    private RankReport train(
            RankContext ranks,
            Model model,
            MicsEngine engine,
            BatchReader reader,
            FailureReporter reporter,
            BooleanSupplier cancelled) {
        TrainingLoop loop = new TrainingLoop(plan, ranks, engine, reader, reporter::stepsDone);
        // One copy of the model states is enough: the first partition group has it.
        boolean writes = ranks.rank() < plan.partitionGroupSize();
        Supplier<StateWriter> writer = () -> writer(ranks, engine, cancelled, this::tell);
        try (StateWriter states = writes && plan.saving().whileTraining() ? writer.get() : null) {
            if (plan.attempt().resumes()) {
                boolean allDone = plan.attempt().firstStep() == plan.schedule().steps();
                loop.resume(Resumption.of(
                        plan.attempt(), allDone, engine, ranks, plan.hadoop().value()));
            } else if (settings.pretrained().present()) {
                PretrainedStart.fill(
                        engine,
                        model,
                        settings.pretrained(),
                        ranks,
                        plan.hadoop().value());
            }
            loop.run(states);
            MemoryUse memory = engine.memory();
            if (writes && !isSaved(loop.stepsDone())) {
                saveResult(loop, states, writer);
            }
            return new RankReport(
                    ranks.rank(), loop.history(), loop.bytes(), loop.waits(), memory, loop.finalLoss(), null);
        } catch (DivergedException | SaveException failure) {
            return RankReport.of(ranks.rank(), failure);
        }
    }

    /** Where no checkpoints are made, room for a copy is taken only now. */
    private static void saveResult(TrainingLoop loop, StateWriter states, Supplier<StateWriter> writer) {
        if (states != null) {
            states.saveResult(loop.stepsDone(), loop.history());
            return;
        }
        try (StateWriter result = writer.get()) {
            result.saveResult(loop.stepsDone(), loop.history());
        }
    }

    private void tell(SaveReport save) {
        plan.progress().send(SaveReport.KIND, Json.write(save));
    }

    /** Where nothing was left to train, the checkpoint that was gone on from is the result. */
    private boolean isSaved(long stepsDone) {
        return plan.attempt().resumes() && plan.attempt().firstStep() == stepsDone;
    }

    private StateWriter writer(
            RankContext ranks, MicsEngine engine, BooleanSupplier cancelled, Consumer<SaveReport> listener) {
        StateCopy copy = plan.saving().checkpoints()
                ? engine.newStateCopy()
                : engine.newStateCopy(EnumSet.of(StateKind.PARAMETERS));
        ShardSaver saver = new ShardSaver(
                plan.saving(),
                plan.attempt(),
                ranks.rank(),
                plan.partitionGroupSize(),
                copy,
                settings.compute().stateType(),
                plan.hadoop().value());
        // Half of what the others wait: then the rank is back with them in time.
        return new StateWriter(
                saver,
                ranks.rank(),
                settings.recovery().collectiveTimeout().dividedBy(2),
                cancelled,
                ranks::active,
                listener);
    }

    private CommunicationSettings communicationSettings(BarrierTaskContext task) {
        GatherMode gather = settings.collectives().gather().equals("auto")
                ? GatherMode.AUTOMATIC
                : GatherMode.valueOf(settings.collectives().gather().toUpperCase(Locale.ROOT));
        return CommunicationSettings.of(plan.partitionGroupSize())
                .withGather(gather)
                .withTimeout(settings.recovery().collectiveTimeout())
                .withFirstTimeout(settings.recovery().firstTimeout())
                .withCancelled(task::isInterrupted);
    }
}
