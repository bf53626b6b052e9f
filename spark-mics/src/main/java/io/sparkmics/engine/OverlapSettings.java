package io.sparkmics.engine;

import io.sparkmics.plan.UnitPlaces;
import java.io.Serializable;
import java.util.Locale;

/**
 * Which communication runs beside what a rank computes.
 *
 * @param hopTwo whether hop 2 of gradients begins as soon as they are summed, under the rest of the last backward pass; if
 *     not, behind it. The result is the same to the bit
 * @param bucketBytes gradients of neighbouring units take hop 2 together until they are so many bytes. Where more than two
 *     replicas are summed the last bits of the result depend on it
 * @param gathersAhead how many stages ahead units are gathered: each more keeps the units of one more stage whole
 */
public record OverlapSettings(boolean hopTwo, long bucketBytes, int gathersAhead) implements Serializable {

    /** What is best where it was measured. */
    public static final OverlapSettings STANDARD = new OverlapSettings(true, 4 << 20, UnitPlaces.AHEAD);

    public OverlapSettings {
        if (bucketBytes < 1) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "Cannot put gradients into buckets of %,d bytes: a bucket has room for one unit at least."
                            + " Set a positive size.",
                    bucketBytes));
        }
        if (gathersAhead < 1) {
            throw new IllegalArgumentException("Cannot gather units " + gathersAhead
                    + " stages ahead: the next stage's are always on their way. Set 1 or more.");
        }
    }

    /** The same, with hop 2 behind the last backward pass. */
    public OverlapSettings withoutHopTwo() {
        return new OverlapSettings(false, bucketBytes, gathersAhead);
    }

    public OverlapSettings withBucketBytes(long bytes) {
        return new OverlapSettings(hopTwo, bytes, gathersAhead);
    }

    public OverlapSettings withGathersAhead(int stages) {
        return new OverlapSettings(hopTwo, bucketBytes, stages);
    }
}
