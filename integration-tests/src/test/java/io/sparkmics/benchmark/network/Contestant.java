package io.sparkmics.benchmark.network;

import io.sparkmics.bootstrap.GatherMode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A way of training the same model on the same batches. */
enum Contestant {
    P_K("p-k", "ours, p = k (MiCS)", false),
    P_1("p-1", "ours, p = 1 (data parallel)", false),
    P_W_HIERARCHICAL("p-w-hierarchical", "ours, p = W (ZeRO-3), hierarchical", false),
    P_W_FLAT("p-w-flat", "ours, p = W (ZeRO-3), flat", false),
    DDP("ddp", "PyTorch DDP", true),
    FSDP_HYBRID("fsdp-hybrid", "PyTorch FSDP2, hybrid, p = k", true),
    FSDP("fsdp", "PyTorch FSDP2, p = W", true);

    private final String id;
    private final String label;
    private final boolean pyTorch;

    Contestant(String id, String label, boolean pyTorch) {
        this.id = id;
        this.label = label;
        this.pyTorch = pyTorch;
    }

    /** As it is called in the command. */
    String id() {
        return id;
    }

    /** As it is called in tables. */
    String label() {
        return label;
    }

    boolean pyTorch() {
        return pyTorch;
    }

    /** p, or what comes to it in PyTorch. */
    int partitionGroupSize(int worldSize, int ranksPerHost) {
        return switch (this) {
            case P_1, DDP -> 1;
            case P_K, FSDP_HYBRID -> ranksPerHost;
            case P_W_FLAT, P_W_HIERARCHICAL, FSDP -> worldSize;
        };
    }

    GatherMode gather() {
        return this == P_W_HIERARCHICAL ? GatherMode.HIERARCHICAL : GatherMode.FLAT;
    }

    static Contestant named(String id) {
        return Arrays.stream(values())
                .filter(contestant -> contestant.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot measure " + id + ": the contestants are "
                        + ids(Stream.of(values()).toList()) + "."));
    }

    /** With commas between. */
    static String ids(List<Contestant> contestants) {
        return contestants.stream().map(Contestant::id).collect(Collectors.joining(","));
    }
}
