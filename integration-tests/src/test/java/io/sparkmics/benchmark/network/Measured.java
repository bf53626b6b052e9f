package io.sparkmics.benchmark.network;

import io.sparkmics.benchmark.Median;
import io.sparkmics.monitor.WaitSeconds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The turns of all contestants over the same links.
 *
 * @param warmUps the first turn of each contestant
 * @param rounds the others, as many of each
 */
record Measured(
        NetworkSetting network,
        int microSteps,
        Map<Contestant, List<Turn>> warmUps,
        Map<Contestant, List<Turn>> rounds) {

    /** In the order of the contestants. */
    List<NetworkRow> rows() {
        return rounds.keySet().stream().map(this::row).toList();
    }

    private NetworkRow row(Contestant contestant) {
        List<Turn> turns = rounds.get(contestant);
        List<Turn> first = rounds.get(reference());
        return new NetworkRow(
                contestant.id(),
                contestant.partitionGroupSize(network.worldSize(), network.ranksPerHost()),
                network,
                microSteps,
                turns.stream().map(Turn::secondsOfStep).toList(),
                Median.of(IntStream.range(0, turns.size())
                        .mapToObj(round -> turns.get(round).secondsOfStep()
                                / first.get(round).secondsOfStep())
                        .toList()),
                median(turns, Turn::bytesOfStep),
                median(turns, Turn::cpuSecondsOfStep) / network.worldSize(),
                waits(turns),
                difference(contestant).orElse(null));
    }

    /** The first contestant. */
    private Contestant reference() {
        return rounds.keySet().iterator().next();
    }

    private static WaitSeconds waits(List<Turn> turns) {
        return turns.stream()
                .map(Turn::waits)
                .flatMap(Optional::stream)
                .reduce(WaitSeconds::plus)
                .map(sum -> sum.dividedBy(turns.stream().mapToInt(Turn::steps).sum()))
                .orElse(null);
    }

    private Optional<String> difference(Contestant contestant) {
        return SameTraining.difference(warmUps.get(contestant), warmUps.get(reference()))
                .or(() -> SameTraining.difference(rounds.get(contestant), rounds.get(reference())));
    }

    private static double median(List<Turn> turns, ToDoubleFunction<Turn> of) {
        return Median.of(turns.stream().map(of::applyAsDouble).toList());
    }
}
