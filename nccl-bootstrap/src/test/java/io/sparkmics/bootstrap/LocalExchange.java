package io.sparkmics.bootstrap;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.meeting.Exchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** An exchange among the threads of one JVM. */
public final class LocalExchange implements Exchange {

    private final int partitionId;
    private final byte[][] messages;
    private final CyclicBarrier barrier;
    private final Duration deadline;

    private LocalExchange(int partitionId, byte[][] messages, CyclicBarrier barrier, Duration deadline) {
        this.partitionId = partitionId;
        this.messages = messages;
        this.barrier = barrier;
        this.deadline = deadline;
    }

    /** One exchange for each participant, by partition id. */
    public static List<Exchange> among(int size, Duration deadline) {
        byte[][] messages = new byte[size][];
        CyclicBarrier barrier = new CyclicBarrier(size);
        List<Exchange> all = new ArrayList<>();
        IntStream.range(0, size).forEach(id -> all.add(new LocalExchange(id, messages, barrier, deadline)));
        return all;
    }

    @Override
    public int size() {
        return messages.length;
    }

    @Override
    public int partitionId() {
        return partitionId;
    }

    @Override
    public List<byte[]> exchange(byte[] message) {
        messages[partitionId] = message.clone();
        meet();
        List<byte[]> all = Arrays.stream(messages).map(byte[]::clone).toList();
        // Nobody writes for the next exchange while somebody still reads this one.
        meet();
        return all;
    }

    private void meet() {
        try {
            barrier.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | BrokenBarrierException | InterruptedException e) {
            throw new CommunicationException(
                    "Cannot exchange messages: not all " + size() + " participants came within " + deadline + ".", e);
        }
    }
}
