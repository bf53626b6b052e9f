package io.sparkmics.model;

/** How many logits are there at a time. Arithmetic: what plans memory asks it too. */
public final class LogitsAtATime {

    /**
     * 128 MiB in single precision. Where there are no more, they are computed as a whole. Measured in
     * integration-tests/benchmarks/activations_2-cores_2026-11-27.md.
     */
    public static final long MOST = 1L << 25;

    private LogitsAtATime() {}

    /**
     * The positions of each sequence whose logits are computed at a time: as even as can be, for a last part of a few positions
     * would move as many gradients of weights as a large one.
     *
     * @param sequences b
     * @param length t
     * @return from 1 to t
     */
    public static long positions(long sequences, long length, long vocabularySize) {
        long most = Math.max(1, MOST / (sequences * vocabularySize));
        long parts = (length + most - 1) / most;
        return (length + parts - 1) / parts;
    }
}
