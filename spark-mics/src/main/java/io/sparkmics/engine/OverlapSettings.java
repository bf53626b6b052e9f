package io.sparkmics.engine;

import io.sparkmics.plan.GradientBucket;
import io.sparkmics.plan.UnitPlaces;
import java.io.Serializable;
import java.util.Locale;

/**
 * Which communication runs beside what a rank computes.
 *
 * @param hopTwo whether hop 2 of gradients begins as soon as they are summed, under the rest of the last backward pass; if
 *     not, behind it. The result is the same to the bit
 * @param messageBytes gradients of neighbouring units take hop 2 together until what a replica sends to the next at a time, one
 *     part in (replicas) of them, has so many bytes. Where more than two replicas are summed the last bits of the result depend
 *     on it
 * @param gathersAhead how many stages ahead units are gathered: each more keeps the units of one more stage whole
 */
public record OverlapSettings(boolean hopTwo, long messageBytes, int gathersAhead) implements Serializable {

    /** What is best where it was measured. */
    public static final OverlapSettings STANDARD =
            new OverlapSettings(true, GradientBucket.MESSAGE_BYTES, UnitPlaces.AHEAD);

    public OverlapSettings {
        if (messageBytes < 1) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "Cannot sum gradients over replicas in messages of %,d bytes: nothing would be sent."
                            + " Set a positive size.",
                    messageBytes));
        }
        if (gathersAhead < 1) {
            throw new IllegalArgumentException("Cannot gather units " + gathersAhead
                    + " stages ahead: the next stage's are always on their way. Set 1 or more.");
        }
    }

    /** The same, with hop 2 behind the last backward pass. */
    public OverlapSettings withoutHopTwo() {
        return new OverlapSettings(false, messageBytes, gathersAhead);
    }

    public OverlapSettings withMessageBytes(long bytes) {
        return new OverlapSettings(hopTwo, bytes, gathersAhead);
    }

    public OverlapSettings withGathersAhead(int stages) {
        return new OverlapSettings(hopTwo, messageBytes, stages);
    }
}
