package io.sparkmics.plan.step;

import io.sparkmics.plan.GradientPlaces;
import io.sparkmics.plan.MemoryModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The clock of one micro-step, as the engine goes through it: the next positions' units are on their way while one computes,
 * hop 1 while the next stage's backward pass does, and under the last one of a step hop 2 of what is summed. Collectives wait
 * for each other.
 */
final class MicroStepTime {

    private final Work work;
    private final Processor processor;
    private final Communication communication;
    private final List<List<Integer>> positions;
    private final Map<Integer, Double> ready = new HashMap<>();
    private final Deque<HopOne> hops = new ArrayDeque<>();
    private final Optional<HopTwoTime> hopTwo;

    private double now;
    private double linkFree;
    private double computing;
    private Transfer sent = Transfer.NONE;

    private record HopOne(int unit, double end) {}

    private MicroStepTime(Work work, Processor processor, Communication communication, boolean last) {
        this.work = work;
        this.processor = processor;
        this.communication = communication;
        this.positions = positions(work);
        this.hopTwo = last ? Optional.of(new HopTwoTime(work, communication, this::send)) : Optional.empty();
    }

    /**
     * @param seconds of the micro-step
     * @param computing of them, those that compute
     * @param sent all that is sent, hidden behind it or not
     */
    record Result(double seconds, double computing, Transfer sent) {}

    /** @param last whether hop 2 follows, as in the last micro-step of a step */
    static Result of(Work work, Processor processor, Communication communication, boolean last) {
        return new MicroStepTime(work, processor, communication, last).run();
    }

    private static List<List<Integer>> positions(Work work) {
        List<List<Integer>> there = work.memory().stages();
        int first = work.memory().trained().firstStage();
        List<List<Integer>> back = new ArrayList<>();
        for (int stage = 0; stage < there.size(); stage++) {
            boolean gathered = stage >= first && work.stages().get(stage).gatheredForBackward();
            back.add(gathered ? there.get(stage) : List.of());
        }
        Collections.reverse(back);
        List<List<Integer>> all = new ArrayList<>(there);
        all.addAll(back);
        return all;
    }

    private Result run() {
        int stages = work.stages().size();
        Set<Integer> frozen = work.memory().frozen();
        int first = work.memory().trained().firstStage();
        List<List<Integer>> completed = GradientPlaces.completedBy(work.memory().stages());
        for (int position = 0; position < 2 * stages; position++) {
            boolean back = position >= stages;
            int stage = back ? 2 * stages - 1 - position : position;
            StageWork own = work.stages().get(stage);
            enter(position);
            double backward = stage < first ? 0 : own.backwardSeconds(processor);
            compute(back ? backward : own.forwardSeconds(processor));
            keepWhatIsReadSoon(position);
            if (back) {
                completed.get(stage).stream()
                        .filter(unit -> !frozen.contains(unit))
                        .forEach(this::hopOne);
            }
        }
        while (!hops.isEmpty()) {
            finishOldest();
        }
        hopTwo.ifPresent(hop -> await(hop.end()));
        return new Result(now, computing, sent);
    }

    private List<Integer> at(int position) {
        return position < positions.size() ? positions.get(position) : List.of();
    }

    private void enter(int position) {
        at(position).forEach(this::gather);
        at(position).forEach(unit -> await(ready.get(unit)));
        for (int next = position + 1; next <= position + work.memory().gathersAhead(); next++) {
            at(next).forEach(this::gather);
        }
    }

    private void keepWhatIsReadSoon(int position) {
        Set<Integer> soon = new HashSet<>();
        for (int next = position + 1; next <= position + work.memory().gathersAhead(); next++) {
            soon.addAll(at(next));
        }
        ready.keySet().retainAll(soon);
    }

    private void gather(int unit) {
        if (!ready.containsKey(unit)) {
            ready.put(
                    unit,
                    send(communication.gather(
                            bytes(unit, work.memory().elements().compute()))));
        }
    }

    private void hopOne(int unit) {
        hops.add(new HopOne(
                unit,
                send(communication.hopOne(bytes(unit, work.memory().elements().reduction())))));
        // Where shards are whole units there is no hop 1 to wait for.
        if (hops.size() > GradientPlaces.IN_FLIGHT || communication.partitionGroupSize() == 1) {
            finishOldest();
        }
    }

    private void finishOldest() {
        HopOne hop = hops.remove();
        await(hop.end());
        hopTwo.ifPresent(next -> next.summed(hop.unit()));
    }

    private double bytes(int unit, int elementBytes) {
        int p = communication.partitionGroupSize();
        return (double) MemoryModel.shard(work.memory().unitSizes().get(unit), p) * p * elementBytes;
    }

    private double send(Transfer transfer) {
        linkFree = Math.max(linkFree, now) + transfer.seconds();
        sent = sent.and(transfer);
        if (!processor.overlaps()) {
            await(linkFree);
        }
        return linkFree;
    }

    private void await(double moment) {
        now = Math.max(now, moment);
    }

    private void compute(double seconds) {
        now += seconds;
        computing += seconds;
    }
}
