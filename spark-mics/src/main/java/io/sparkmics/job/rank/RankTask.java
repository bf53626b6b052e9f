package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.BarrierExchange;
import io.sparkmics.bootstrap.Bootstrap;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.GatherMode;
import io.sparkmics.bootstrap.Place;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.bootstrap.machine.VisibleGpus;
import io.sparkmics.bootstrap.nccl.NcclTransport;
import io.sparkmics.data.BatchReader;
import io.sparkmics.data.SequenceKey;
import io.sparkmics.engine.MemoryUse;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.job.cluster.GpuTasks;
import io.sparkmics.job.cluster.NativeLoad;
import io.sparkmics.job.cluster.RankGpu;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.model.Model;
import io.sparkmics.monitor.StepMetrics;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import scala.Tuple2;

/** One rank, from the first row to the last byte of the model. */
public final class RankTask {

    private static final byte[] NO_PAYLOAD = {};

    /** Ranks meet when each has read its first batch: where data is skewed or a disk slow, some come minutes later. */
    private static final Duration MEETING = Duration.ofMinutes(10);

    private final TrainingPlan plan;
    private final TrainingSettings settings;

    public RankTask(TrainingPlan plan) {
        this.plan = plan;
        this.settings = plan.settings();
    }

    public RankReport run(Iterator<Tuple2<SequenceKey, int[]>> pieces) {
        BarrierTaskContext task = BarrierTaskContext.get();
        NativeLoad.require(NativeLibraries::load);
        Threads.hold(task.cpus());
        BatchReader reader = new BatchReader(plan.schedule(), plan.counts(), task.partitionId(), pieces);
        // Before anyone waits in a collective.
        reader.checkFirst();
        BarrierExchange exchange = new BarrierExchange(task, MEETING);
        Model model = settings.model().build();
        Optional<RankGpu> gpu = gpu(exchange);
        // Before the others wait for this one.
        gpu.ifPresent(any -> NativeLoad.require(NativeLibraries::loadCuda));
        Place place = gpu.map(RankGpu::uuid).map(exchange::place).orElseGet(exchange::place);
        try (RankContext ranks =
                        Bootstrap.join(exchange, place, transport(gpu), NO_PAYLOAD, communicationSettings(task));
                CancelWatch watch = new CancelWatch(task::isInterrupted, ranks::abort)) {
            try (MicsEngine engine =
                    ranks.abortOnFailure(() -> new MicsEngine(model, settings.engineSettings(), ranks))) {
                return ranks.abortOnFailure(() -> train(ranks, model, engine, reader, task.stageAttemptNumber()));
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
        return gpu.isPresent() ? NcclTransport.on(gpu.get().ordinal()) : GlooTransport.onHost();
    }

    private RankReport train(RankContext ranks, Model model, MicsEngine engine, BatchReader reader, int attempt) {
        TrainingLoop loop = new TrainingLoop(plan, ranks, engine, reader);
        List<StepMetrics> history;
        try {
            history = loop.run();
        } catch (DivergedException diverged) {
            return RankReport.of(ranks.rank(), diverged);
        }
        MemoryUse memory = engine.memory();
        WrittenModel written = null;
        // One copy of the model states is enough: the first partition group has it.
        if (ranks.rank() < plan.partitionGroupSize()) {
            written = new ModelFolder(plan, model, attempt).write(engine, ranks.rank() == 0);
        }
        return new RankReport(ranks.rank(), written, history, loop.bytes(), memory, loop.finalLoss(), null);
    }

    private CommunicationSettings communicationSettings(BarrierTaskContext task) {
        GatherMode gather = settings.gather().equals("auto")
                ? GatherMode.AUTOMATIC
                : GatherMode.valueOf(settings.gather().toUpperCase(Locale.ROOT));
        return CommunicationSettings.of(plan.partitionGroupSize())
                .withGather(gather)
                .withTimeout(settings.collectiveTimeout())
                .withCancelled(task::isInterrupted);
    }
}
