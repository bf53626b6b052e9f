package io.sparkmics.bootstrap.meeting;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import java.util.List;

/** Gives one small message, gets everyone's. Slow (a second in Spark): used once, at bootstrap. */
public interface Exchange {

    /** The number of participants. */
    int size();

    /** This participant's number: the barrier partition id, not the rank. */
    int partitionId();

    /**
     * Blocks until every participant has given its message.
     *
     * @return the messages by partition id
     * @throws CommunicationException when the others did not come in time
     */
    List<byte[]> exchange(byte[] message);
}
