package io.sparkmics.plan.step;

import java.util.List;
import java.util.Optional;

/**
 * Nodes that are known by name. What GPUs and their networks attain was measured by others, part by part, and on none of the
 * runs that the planner is held to; what CPUs do by us.
 *
 * <table><caption>Sources</caption>
 * <tr><td>peaks, memory and its bandwidth</td><td>NVIDIA's data sheets of V100, A100, H100 and H200, without sparsity</td></tr>
 * <tr><td>large matrix products: 230 of 312 TFLOP/s on A100, 95 of 125 on V100</td>
 * <td>github.com/qhduan/transformers-benchmarks</td></tr>
 * <tr><td>the same: 794.5 of 989 on H100</td>
 * <td>github.com/stas00/ml-engineering, compute/accelerator; 797.5 in
 * github.com/zzc0721/torch-performance-test-data/issues/79</td></tr>
 * <tr><td>the same on H200</td><td>not found: an estimate, the H100's, which has the same multiprocessors</td></tr>
 * <tr><td>inside a p4d: 230.8 GB/s; between four of them: 29.6 of 50 GB/s</td>
 * <td>nccl-tests of July 2022, github.com/NVIDIA/nccl/issues/527</td></tr>
 * <tr><td>between p3dn: 6 to 8 of 12.5 GB/s on 8 to 32 nodes</td><td>github.com/NVIDIA/nccl/issues/235</td></tr>
 * <tr><td>inside a p3dn</td><td>not found: the part of its 150 GB/s that the p4d attains of its 300</td></tr>
 * <tr><td>inside a node of eight H100: an all-gather attains 360 of 450 GB/s</td>
 * <td>github.com/NVIDIA/nccl-tests/issues/326</td></tr>
 * <tr><td>between four p5: 280.3 of 400 GB/s, an all-reduce of 1 GiB</td>
 * <td>github.com/crazyguitar/aws-gpu-communication-benchmark, data/nccl_all_reduce.csv</td></tr>
 * <tr><td>both of p5e</td><td>not found: an estimate, the p5's, which has the same NVSwitches and 3,200 Gb/s</td></tr>
 * <tr><td>a turn between nodes: an all-gather of 2 KB over 16 ranks takes 107 µs, 15 turns</td>
 * <td>github.com/bottlerocket-os/bottlerocket-kernel-kit/pull/313</td></tr>
 * <tr><td>a turn inside a node: 13 µs, taken as 7 turns</td><td>github.com/aws/aws-k8s-tester/pull/503</td></tr>
 * <tr><td>cpu</td><td>integration-tests/benchmarks/sharding-1.3m_2-cores_2026-11-26.md: see {@link #CPU_CORE}</td></tr>
 * </table>
 *
 * @param cluster one node
 * @param gpu whether ranks compute on GPUs
 */
public record Instance(String name, Cluster cluster, boolean gpu) {

    private static final double GIGA = 1e9;
    private static final double TERA = 1e12;
    private static final long GIBIBYTE = 1L << 30;

    /** What CUDA, its libraries and NCCL take of a GPU for themselves. */
    private static final long CUDA_BYTES = 2 * GIBIBYTE;

    private static final double BETWEEN_TURN = 7e-6;
    private static final double INSIDE_TURN = 2e-6;
    private static final double NVLINK_EFFICIENCY = 230.8 / 300;
    private static final Link P4D_INSIDE = new Link(300 * NVLINK_EFFICIENCY * GIGA, INSIDE_TURN);
    private static final Link P4D_BETWEEN = new Link(29.6 * GIGA, BETWEEN_TURN);
    private static final Link P5_INSIDE = new Link(360 * GIGA, INSIDE_TURN);
    private static final Link P5_BETWEEN = new Link(280.3 * GIGA, BETWEEN_TURN);

    /**
     * A core with AVX2 in single precision: with 10 GB/s of memory, 75 GFLOP/s make the benchmark's row without
     * communication. It does its rank's work and Gloo's, and so overlaps nothing.
     */
    static final Processor CPU_CORE = new Processor(96 * GIGA, 75 * GIGA, 10 * GIGA, 4 * GIBIBYTE, false);

    /**
     * Gloo over the loopback: with these two the benchmark's rows p = 1 and p = 4 are made. A rank's own part of the work is
     * not told apart: the rows have it in them, for ranks, kernel and Gloo shared the cores, and to add it would count it
     * twice.
     */
    static final Link GLOO = new Link(0.835 * GIGA, 745e-6);

    /** As {@link #GLOO}, over 10 Gb/s of which three fifths are attained, as of the networks above. Not measured. */
    private static final Link GLOO_BETWEEN = new Link(0.75 * GIGA, 745e-6);

    private static final List<Instance> ALL = List.of(
            new Instance(
                    "p3dn.24xlarge",
                    node(
                            8,
                            gpu(125, 95, 900, 32),
                            new Link(150 * NVLINK_EFFICIENCY * GIGA, INSIDE_TURN),
                            new Link(7 * GIGA, BETWEEN_TURN)),
                    true),
            new Instance("p4d.24xlarge", node(8, gpu(312, 230, 1555, 40), P4D_INSIDE, P4D_BETWEEN), true),
            new Instance("p4de.24xlarge", node(8, gpu(312, 230, 2039, 80), P4D_INSIDE, P4D_BETWEEN), true),
            new Instance("p5.48xlarge", node(8, gpu(989, 794.5, 3350, 80), P5_INSIDE, P5_BETWEEN), true),
            new Instance("p5e.48xlarge", node(8, gpu(989, 794.5, 4800, 141), P5_INSIDE, P5_BETWEEN), true),
            new Instance("cpu", node(4, CPU_CORE, GLOO, GLOO_BETWEEN).talkingInsideFirst(), false));

    private static Processor gpu(double peak, double attainable, double gigabytesPerSecond, int gibibytes) {
        return new Processor(
                peak * TERA, attainable * TERA, gigabytesPerSecond * GIGA, gibibytes * GIBIBYTE - CUDA_BYTES, true);
    }

    private static Cluster node(int ranks, Processor processor, Link inside, Link between) {
        return new Cluster(ranks, ranks, processor, inside, between);
    }

    public static List<Instance> all() {
        return ALL;
    }

    public static Optional<Instance> named(String name) {
        return ALL.stream().filter(instance -> instance.name().equals(name)).findFirst();
    }

    /** So many of them. */
    public Cluster nodes(int count) {
        return cluster.nodes(count);
    }

    /** Ranks on nodes of its kind. */
    public Cluster ranks(int worldSize, int ranksPerNode) {
        return new Cluster(
                worldSize,
                ranksPerNode,
                cluster.processor(),
                cluster.inside(),
                cluster.between(),
                cluster.insideFirst());
    }
}
