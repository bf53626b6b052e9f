package io.sparkmics.benchmark.network;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.OverlapSettings;
import io.sparkmics.engine.device.ReductionPrecision;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A way of training the same model on the same batches.
 *
 * @param id as it is called in the command
 * @param groupSize p, or what comes to it in PyTorch: a number, or k or w
 * @param gather of units
 * @param hopTwo when gradients are summed over replicas
 * @param gathersAhead how many stages ahead units are gathered
 * @param replication what gradients are summed over replicas in
 */
record Contestant(
        String id,
        boolean pyTorch,
        String groupSize,
        GatherMode gather,
        HopTwoTime hopTwo,
        int gathersAhead,
        ReductionPrecision replication) {

    /** When gradients are summed over replicas. */
    enum HopTwoTime {
        OVERLAPPED("", ""),
        BEHIND_THE_STEP("-without-overlap", ", hop 2 behind the step"),
        EACH_MICRO_STEP("-without-two-hop", ", hop 2 in each micro-step");

        private final String suffix;
        private final String label;

        HopTwoTime(String suffix, String label) {
            this.suffix = suffix;
            this.label = label;
        }

        private static HopTwoTime ofSuffix(String suffix) {
            return Stream.of(values())
                    .filter(time -> time.suffix.equals(suffix))
                    .findFirst()
                    .orElseThrow();
        }

        /** What is added to the contestant's. */
        String label() {
            return label;
        }
    }

    private static final String RANKS_PER_HOST = "k";
    private static final String ALL_RANKS = "w";
    private static final String HIERARCHICAL = "-hierarchical";
    private static final Pattern OURS =
            Pattern.compile("p-([1-9][0-9]*|k|w)(-flat|-hierarchical)?(|-without-overlap|-without-two-hop)"
                    + "(?:-ahead-([1-9]))?(-bfloat16)?");

    static final Contestant DDP = pyTorch("ddp", "1");
    static final Contestant FSDP_HYBRID = pyTorch("fsdp-hybrid", RANKS_PER_HOST);
    static final Contestant FSDP = pyTorch("fsdp", ALL_RANKS);

    private static final List<Contestant> PY_TORCH = List.of(DDP, FSDP_HYBRID, FSDP);

    /** What is measured where nothing is said. */
    static final String STANDARD = "p-k,p-1,p-w-hierarchical,p-w-flat,ddp,fsdp-hybrid,fsdp";

    private static Contestant pyTorch(String id, String groupSize) {
        return new Contestant(
                id,
                true,
                groupSize,
                GatherMode.FLAT,
                HopTwoTime.OVERLAPPED,
                OverlapSettings.STANDARD.gathersAhead(),
                ReductionPrecision.FLOAT32);
    }

    static Contestant named(String id) {
        Matcher ours = OURS.matcher(id);
        if (ours.matches()) {
            GatherMode gather = HIERARCHICAL.equals(ours.group(2)) ? GatherMode.HIERARCHICAL : GatherMode.FLAT;
            int gathersAhead =
                    ours.group(4) == null ? OverlapSettings.STANDARD.gathersAhead() : Integer.parseInt(ours.group(4));
            ReductionPrecision replication =
                    ours.group(5) == null ? ReductionPrecision.FLOAT32 : ReductionPrecision.BFLOAT16;
            return new Contestant(
                    id, false, ours.group(1), gather, HopTwoTime.ofSuffix(ours.group(3)), gathersAhead, replication);
        }
        return PY_TORCH.stream()
                .filter(contestant -> contestant.id.equals(id))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("Cannot measure " + id + ": the contestants are " + ids(PY_TORCH)
                                + " and, for ours, p- and 1, k, w or another divisor of W, and then -hierarchical where groups"
                                + " span hosts, -without-overlap or -without-two-hop, -ahead- and a number, -bfloat16, as"
                                + " p-4-hierarchical-ahead-2."));
    }

    /** As it is called in tables. */
    String label() {
        if (pyTorch) {
            return switch (id) {
                case "ddp" -> "PyTorch DDP";
                case "fsdp-hybrid" -> "PyTorch FSDP2, hybrid, p = k";
                default -> "PyTorch FSDP2, p = W";
            };
        }
        String size = switch (groupSize) {
            case "1" -> "1 (data parallel)";
            case RANKS_PER_HOST -> "k (MiCS)";
            case ALL_RANKS -> "W (ZeRO-3)" + gatherLabel();
            default -> groupSize + gatherLabel();
        };
        return "ours, p = " + size + hopTwo.label() + settingsLabel();
    }

    private String settingsLabel() {
        String ahead = gathersAhead == OverlapSettings.STANDARD.gathersAhead()
                ? ""
                : ", gathers " + gathersAhead + " stages ahead";
        return replication == ReductionPrecision.BFLOAT16 ? ahead + ", hop 2 in bfloat16" : ahead;
    }

    private String gatherLabel() {
        return gather == GatherMode.HIERARCHICAL ? ", hierarchical" : ", flat";
    }

    int partitionGroupSize(int worldSize, int ranksPerHost) {
        return switch (groupSize) {
            case RANKS_PER_HOST -> ranksPerHost;
            case ALL_RANKS -> worldSize;
            default -> Integer.parseInt(groupSize);
        };
    }

    /** Why there is no such contestant among so many ranks; empty where there is. */
    Optional<String> problem(int worldSize, int ranksPerHost) {
        int p = partitionGroupSize(worldSize, ranksPerHost);
        if (worldSize % p != 0) {
            return Optional.of(id + " among " + worldSize + " ranks: they do not make groups of " + p + ".");
        }
        if (gather == GatherMode.HIERARCHICAL && (p <= ranksPerHost || p % ranksPerHost != 0)) {
            return Optional.of(
                    id + ": groups of " + p + " do not span several whole hosts of " + ranksPerHost + " ranks.");
        }
        if (hopTwo == HopTwoTime.EACH_MICRO_STEP && (p == 1 || p == worldSize)) {
            return Optional.of(id + ": with p = " + p + " of " + worldSize + " there are no two hops.");
        }
        return Optional.empty();
    }

    /** With commas between. */
    static String ids(List<Contestant> contestants) {
        return contestants.stream().map(Contestant::id).collect(Collectors.joining(","));
    }
}
