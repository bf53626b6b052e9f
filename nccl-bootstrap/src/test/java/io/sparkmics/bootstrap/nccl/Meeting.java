package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.groups.Collective;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Where the members of a communicator of {@link HostNccl} meet. The last one who comes does the work of all. */
final class Meeting {

    private record Part(Collective collective, Tensor from, Tensor to, int root) {}

    private record Wish(int color, Consumer<Meeting> granted) {}

    private final int size;
    private final Map<Integer, Part> parts = new HashMap<>();
    private final Map<Integer, Wish> wishes = new TreeMap<>();
    private int present;
    private long round;
    private boolean left;

    Meeting(int size) {
        this.size = size;
    }

    synchronized void come() {
        present++;
    }

    synchronized boolean busy(int index) {
        return present < size || wishes.containsKey(index);
    }

    synchronized Optional<String> trouble() {
        return left ? Optional.of("NCCL says: remote process exited or there was a network error") : Optional.empty();
    }

    synchronized void leave() {
        left = true;
    }

    synchronized void split(int index, int color, Consumer<Meeting> granted) {
        wishes.put(index, new Wish(color, granted));
        if (wishes.size() == size) {
            Map<Integer, List<Consumer<Meeting>>> colors = new HashMap<>();
            wishes.values()
                    .forEach(wish -> colors.computeIfAbsent(wish.color(), c -> new ArrayList<>())
                            .add(wish.granted()));
            colors.values().forEach(members -> {
                Meeting part = new Meeting(members.size());
                part.present = members.size();
                members.forEach(member -> member.accept(part));
            });
            wishes.clear();
        }
    }

    /** On the stream: waits for the others as a kernel does, until it is aborted here: that a peer has left it does not see. */
    synchronized void meet(Collective collective, int index, Tensor from, Tensor to, int root) {
        parts.put(index, new Part(collective, from, to, root));
        if (parts.size() == size) {
            carryOut();
            parts.clear();
            round++;
            notifyAll();
            return;
        }
        long own = round;
        try {
            while (round == own) {
                wait();
            }
        } catch (InterruptedException aborted) {
            left = true;
            parts.remove(index);
        }
    }

    private void carryOut() {
        NoGradGuard withoutGraph = new NoGradGuard();
        try (PointerScope scope = new PointerScope()) {
            Part first = parts.get(0);
            switch (first.collective()) {
                case GATHER -> forAll(cat());
                case BROADCAST -> forAll(parts.get(first.root()).from().clone());
                case ALL_REDUCE -> forAll(sum());
                case REDUCE_SCATTER -> {
                    Tensor sum = sum();
                    long length = sum.numel() / size;
                    parts.forEach((index, part) -> part.to().copy_(sum.narrow(0, index * length, length)));
                }
            }
        } finally {
            withoutGraph.close();
        }
    }

    private void forAll(Tensor result) {
        parts.values().forEach(part -> part.to().copy_(result));
    }

    private Tensor cat() {
        Tensor whole = parts.get(0).to().clone();
        parts.forEach((index, part) -> whole.narrow(
                        0, index * part.from().numel(), part.from().numel())
                .copy_(part.from()));
        return whole;
    }

    private Tensor sum() {
        Tensor sum = parts.get(0).from().clone();
        for (int index = 1; index < size; index++) {
            sum.add_(parts.get(index).from());
        }
        return sum;
    }
}
