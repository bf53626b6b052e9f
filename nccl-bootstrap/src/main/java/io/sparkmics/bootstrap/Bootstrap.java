package io.sparkmics.bootstrap;

/** How the ranks of a barrier stage meet. */
public final class Bootstrap {

    private Bootstrap() {}

    /**
     * Meets the other ranks in one exchange and connects this rank with its groups. Every rank calls it once, with the
     * same settings.
     *
     * @param payload a small message for the others, as row counts: found again in {@link RankContext#payloads()}
     * @param transport closed here, on every path
     * @throws IllegalArgumentException for a layout or settings that every rank sees to be wrong
     * @throws CommunicationException when a peer did not come in time or has other settings
     */
    public static RankContext join(
            Exchange exchange, Place place, Transport transport, byte[] payload, CommunicationSettings settings) {
        throw new UnsupportedOperationException();
    }
}
