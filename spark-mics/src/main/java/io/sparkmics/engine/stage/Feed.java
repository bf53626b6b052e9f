package io.sparkmics.engine.stage;

import io.sparkmics.bootstrap.collectives.RankDevice;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Reads micro-batches one ahead and brings them to the device: to a GPU they are copied while the one before computes; on
 * the CPU they are where they are needed. For the thread of its rank.
 */
public final class Feed implements Iterator<MicroBatch>, AutoCloseable {

    private final Iterator<MicroBatch> source;
    private final CudaCopy copy;
    private MicroBatch ahead;

    /**
     * @param source micro-batches on the host, of which each is owned by the feed, then by who takes it; where it has none
     *     for now it is asked again later
     */
    public Feed(Iterator<MicroBatch> source, RankDevice device) {
        this.source = source;
        this.copy = device.isCuda() ? new CudaCopy(device) : null;
    }

    /** Also reads the next one. To be asked when the device has been told what to compute: so it does both at once. */
    @Override
    public boolean hasNext() {
        if (ahead == null && source.hasNext()) {
            MicroBatch host = source.next();
            ahead = copy == null ? host : copy.start(host);
        }
        return ahead != null;
    }

    @Override
    public MicroBatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException("Cannot feed another micro-batch: the source has none for now.");
        }
        MicroBatch next = ahead;
        ahead = null;
        if (copy != null) {
            copy.join(next);
        }
        return next;
    }

    /** As many of the next ones. Asked behind the last of them, it reads ahead all the same. */
    public Iterator<MicroBatch> limit(int count) {
        return new Iterator<>() {

            private int left = count;

            @Override
            public boolean hasNext() {
                return Feed.this.hasNext() && left > 0;
            }

            @Override
            public MicroBatch next() {
                if (left == 0) {
                    throw new NoSuchElementException("Cannot feed more than " + count + " micro-batches here.");
                }
                left--;
                return Feed.this.next();
            }
        };
    }

    /** Frees what was read ahead and not taken. */
    @Override
    public void close() {
        if (ahead != null) {
            ahead.close();
            ahead = null;
        }
        if (copy != null) {
            copy.close();
        }
    }
}
