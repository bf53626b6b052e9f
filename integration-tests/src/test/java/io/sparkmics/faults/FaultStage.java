package io.sparkmics.faults;

import io.sparkmics.benchmark.ResidentMemory;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.BarrierTaskContext;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Hands its input on, tells of it, and does what is due. A rank builds a new one in each attempt, so that it can count. */
final class FaultStage implements Stage {

    /** The name under which it tells of each of its passes. */
    static final String PASSES = "passes";

    /** The name under which it tells what it does wrong, before it does. */
    static final String DONE = "done";

    /** 64 TiB. */
    private static final long TOO_MUCH = 1L << 46;

    private final FaultFolder folder;
    private final List<StageFault> faults;
    private final List<Unit> units;
    private final AtomicInteger calls = new AtomicInteger();

    FaultStage(FaultFolder folder, List<StageFault> faults, List<Unit> units) {
        this.folder = folder;
        this.faults = faults;
        this.units = units;
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        // The driver tries the model too, and after the last step the ranks evaluate it.
        if (!(org.apache.spark.TaskContext.get() instanceof BarrierTaskContext task) || !pass.training()) {
            return input;
        }
        int call = calls.incrementAndGet();
        tell(PASSES, task, call);
        Tensor result = input;
        for (StageFault fault : faults) {
            if (fault.isDue(task.partitionId(), call) && (!fault.once() || folder.claim(fault.name(call)))) {
                folder.awaitCommitted(fault.checkpoint());
                if (fault.action() != StageFault.Action.WAIT) {
                    tell(DONE, task, call);
                    result = commit(fault, call, result);
                }
            }
        }
        return result;
    }

    private void tell(String name, BarrierTaskContext task, int call) {
        folder.tell(
                name,
                Map.of(
                        "time", System.currentTimeMillis(),
                        "process", ProcessHandle.current().pid(),
                        "partition", task.partitionId(),
                        "stage", task.stageId() + "." + task.stageAttemptNumber(),
                        "call", call,
                        "resident", ResidentMemory.ofThisProcess().now()));
    }

    private static Tensor commit(StageFault fault, int call, Tensor input) {
        switch (fault.action()) {
            case THROW -> throw new IllegalStateException("My own mistake in pass " + call);
            case SLEEP -> sleep();
            case SIGNAL -> {
                Processes.signal(
                        fault.signal(),
                        fault.process() == 0 ? ProcessHandle.current().pid() : fault.process());
                if (fault.signal().equals("KILL") && fault.process() == 0) {
                    sleep();
                }
            }
            case ALLOCATE_NATIVE -> torch.empty(TOO_MUCH);
            case ALLOCATE_HEAP -> allocateHeap();
            case NOT_A_NUMBER -> {
                return input.mul(new Scalar(Double.NaN));
            }
            case MISMATCH, WAIT -> {}
        }
        return input;
    }

    /** Interrupts are of no use. */
    private static void sleep() {
        while (true) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                // As code does that has never heard of it.
            }
        }
    }

    private static void allocateHeap() {
        List<long[]> all = new ArrayList<>();
        while (true) {
            all.add(new long[1 << 20]);
        }
    }
}
