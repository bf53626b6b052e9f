package io.sparkmics.plan.step;

import io.sparkmics.plan.GradientPlaces;
import io.sparkmics.plan.MemoryModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The clock of one micro-step, as the engine goes through it: the next position's units are on their way while one computes,
 * hop 1 while the next stage's backward pass does. Collectives wait for each other.
 */
final class MicroStepTime {

    private final Work work;
    private final Processor processor;
    private final Communication communication;
    private final List<List<Integer>> positions;
    private final Map<Integer, Double> ready = new HashMap<>();
    private final Deque<Double> hops = new ArrayDeque<>();

    private double now;
    private double linkFree;
    private double computing;
    private Transfer sent = Transfer.NONE;

    private MicroStepTime(Work work, Processor processor, Communication communication) {
        this.work = work;
        this.processor = processor;
        this.communication = communication;
        this.positions = positions(work);
    }

    /**
     * @param seconds of the micro-step
     * @param computing of them, those that compute
     * @param sent all that is sent, hidden behind it or not
     */
    record Result(double seconds, double computing, Transfer sent) {}

    static Result of(Work work, Processor processor, Communication communication) {
        return new MicroStepTime(work, processor, communication).run();
    }

    private static List<List<Integer>> positions(Work work) {
        List<List<Integer>> there = work.memory().stages();
        List<List<Integer>> back = new ArrayList<>();
        for (int stage = 0; stage < there.size(); stage++) {
            back.add(work.stages().get(stage).gatheredForBackward() ? there.get(stage) : List.of());
        }
        Collections.reverse(back);
        List<List<Integer>> all = new ArrayList<>(there);
        all.addAll(back);
        return all;
    }

    private Result run() {
        int stages = work.stages().size();
        List<List<Integer>> completed = GradientPlaces.completedBy(work.memory().stages());
        for (int position = 0; position < 2 * stages; position++) {
            boolean back = position >= stages;
            int stage = back ? 2 * stages - 1 - position : position;
            StageWork own = work.stages().get(stage);
            enter(position);
            compute(back ? own.backwardSeconds(processor) : own.forwardSeconds(processor));
            ready.keySet().retainAll(Set.copyOf(at(position + 1)));
            if (back) {
                completed.get(stage).forEach(this::hopOne);
            }
        }
        hops.forEach(this::await);
        return new Result(now, computing, sent);
    }

    private List<Integer> at(int position) {
        return position < positions.size() ? positions.get(position) : List.of();
    }

    private void enter(int position) {
        at(position).forEach(this::gather);
        at(position).forEach(unit -> await(ready.get(unit)));
        at(position + 1).forEach(this::gather);
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
        hops.add(send(communication.hopOne(bytes(unit, work.memory().elements().reduction()))));
        if (hops.size() > GradientPlaces.IN_FLIGHT) {
            await(hops.remove());
        }
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
