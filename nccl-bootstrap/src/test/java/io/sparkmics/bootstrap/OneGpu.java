package io.sparkmics.bootstrap;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.machine.GpuMachine;
import io.sparkmics.bootstrap.nccl.NcclTransport;
import java.util.List;

/** The first GPU of this machine, and a world of one rank on it. */
public final class OneGpu {

    private static List<String> problems;

    private OneGpu() {}

    /** Skips the test that asks, by its name, where ranks cannot compute on a GPU here, and says why. */
    public static synchronized void required() {
        if (problems == null) {
            problems = GpuMachine.here().problems();
        }
        assumeTrue(problems.isEmpty(), () -> String.join("\n", problems));
    }

    /** Runs the body on the one rank of a world, as a Spark task would. */
    public static <T> T run(RankDevice device, ThreadRanks.Body<T> body) {
        ThreadRanks world = ThreadRanks.of(1);
        return (device.isCuda() ? world.over(() -> NcclTransport.on(device.ordinal())) : world)
                .run(body)
                .get(0);
    }
}
