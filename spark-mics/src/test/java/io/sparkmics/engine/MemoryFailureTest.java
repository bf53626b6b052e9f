package io.sparkmics.engine;

import static io.sparkmics.engine.Staged.matrix;
import static io.sparkmics.engine.Staged.stage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.machine.AllocationException;
import io.sparkmics.bootstrap.machine.NativeMemory;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Model;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Unit;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** Memory that cannot be had ends a task, and what the task had is there for the next try. */
class MemoryFailureTest {

    /** 64 TiB: more than a machine has, and in some steps more than it has addresses for. */
    private static final long IMPOSSIBLE = 1L << 46;

    /** Half a layer is larger than what libc keeps for itself when it is freed: 32 MiB. */
    private static final int WIDTH = 4160;

    private static final int STEPS = 2;
    private static final int FAILING = 1;
    private static final int TRIES = 2;
    private static final EngineSettings SETTINGS =
            new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 7, Precision.FLOAT32);

    /** A layer of 69 MB, and a loss that asks for what is not there on one rank in one step. */
    private static Model model(int rank, boolean failing) {
        boolean spoiled = failing && rank == 1;
        return Staged.of(
                stage(
                        List.of(layer("layer")),
                        (input, weights, pass) ->
                                input.matmul(weights.get("layer")).tanh()),
                stage((input, weights, pass) -> {
                    if (spoiled && step(pass.data()) == FAILING) {
                        torch.empty(new long[] {IMPOSSIBLE}, Native.options(ScalarType.Byte), null);
                    }
                    return input.square().mean(new long[] {1}, false, null);
                }));
    }

    /** Without random numbers, which would take most of the time. */
    private static Unit layer(String name) {
        return Unit.of(name, Parameter.weight(name, Initialization.constant(1e-3), WIDTH, WIDTH));
    }

    /** Rows begin with the number of their step. */
    private static long step(Tensor data) {
        return Math.round(Values.of(data)[0]);
    }

    private static MicroBatch batch(long step, int rank) {
        double[] row = new double[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            row[i] = i == 0 ? step : (i + rank) % 7;
        }
        try (PointerScope scope = new PointerScope()) {
            return new MicroBatch(
                    Native.keep(Native.copy(row, Native.options(ScalarType.Float))
                            .view(1, WIDTH)
                            .clone()),
                    step,
                    new int[] {rank},
                    new double[] {1});
        }
    }

    /** As a task does it: the collectives are given up before the engine is closed. */
    private static double train(RankContext ranks, Model model) {
        return NativeMemory.guard(() -> {
            try (MicsEngine engine = ranks.abortOnFailure(() -> new MicsEngine(model, SETTINGS, ranks))) {
                return ranks.abortOnFailure(() -> {
                    double loss = 0;
                    for (long step = 0; step < STEPS; step++) {
                        loss = engine.step(
                                        step, List.of(batch(step, ranks.rank())).iterator(), 1e-3)
                                .loss();
                    }
                    return loss;
                });
            }
        });
    }

    private static List<Double> attempt() {
        return world().run(ranks -> train(ranks, model(ranks.rank(), false)));
    }

    /** What rank 1 ends with; rank 0 then loses its peer. */
    private static AllocationException failingAttempt() {
        AtomicReference<AllocationException> failure = new AtomicReference<>();
        assertThatThrownBy(() -> world().run(ranks -> {
                    try {
                        return train(ranks, model(ranks.rank(), true));
                    } catch (AllocationException e) {
                        failure.set(e);
                        throw e;
                    }
                }))
                .isInstanceOf(AssertionError.class);
        return failure.get();
    }

    private static ThreadRanks world() {
        return ThreadRanks.of(2).with(CommunicationSettings.of(2));
    }

    @Test
    void aStepThatFailsEndsTheTaskAndTheNextTryHasAllOfItsMemory() throws Exception {
        // Once to have what libraries keep from then on.
        attempt();
        long pointers = pointersInUse();
        ResidentMemory.startAgain();
        List<Double> undisturbed = attempt();
        long peak = ResidentMemory.peakBytes();

        for (int i = 0; i < TRIES; i++) {
            AllocationException failure = failingAttempt();
            assertThat(failure)
                    .hasMessageStartingWith("Cannot allocate native memory: 70,368,744,177,664 bytes were asked for");
            assertThat(failure.bytes()).hasValue(IMPOSSIBLE);
            ResidentMemory.startAgain();
            assertThat(attempt()).isEqualTo(undisturbed);
            assertThat(ResidentMemory.peakBytes()).isLessThan(peak + peak / 10);
        }
        assertThat(pointersInUse()).isLessThanOrEqualTo(pointers);
    }

    /** Without those that nobody holds. */
    private static long pointersInUse() throws InterruptedException {
        long before;
        do {
            before = Pointer.totalCount();
            System.gc();
            Thread.sleep(200);
        } while (Pointer.totalCount() < before);
        return before;
    }

    @Test
    void anEngineThatFindsNoMemoryLeavesNothingBehind() {
        long side = 1L << 22;
        Model huge =
                Staged.of(stage(List.of(layer("small"), matrix("huge", side, side)), (input, weights, pass) -> input));
        ThreadRanks.of(1).run(ranks -> {
            long before = Pointer.totalCount();
            AllocationException failure = catchThrowableOfType(
                    AllocationException.class, () -> NativeMemory.guard(() -> new MicsEngine(huge, SETTINGS, ranks)));

            assertThat(failure.bytes()).hasValue(4 * (side * side + (long) WIDTH * WIDTH));
            assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
            return null;
        });
    }
}
