package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.CommunicationException;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.Place;
import io.sparkmics.bootstrap.RankDevice;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.Wire;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Of the ranks that connect, all but the first one come only when that one has given up. */
record Late(Transport delegate, AtomicInteger connections, CountDownLatch failed) implements Transport {

    @Override
    public byte[] offer(Place place, int worldSize, CommunicationSettings settings) {
        return delegate.offer(place, worldSize, settings);
    }

    @Override
    public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
        if (connections.getAndIncrement() > 0) {
            awaitFailure();
            throw new CommunicationException("The late rank does not come.");
        }
        try {
            return delegate.connect(offers, layout, groups);
        } finally {
            failed.countDown();
        }
    }

    private void awaitFailure() {
        try {
            if (!failed.await(1, TimeUnit.MINUTES)) {
                throw new AssertionError("the first rank still waits");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public RankDevice device() {
        return delegate.device();
    }

    @Override
    public void settle() {
        delegate.settle();
    }

    @Override
    public Wire wire() {
        return delegate.wire();
    }

    @Override
    public void close() {
        delegate.close();
    }
}
