package io.sparkmics.bootstrap;

/**
 * Cuts elements into one chunk for each member: equal ones as far as they go, then a shorter, then empty ones.
 *
 * @param size the number of elements
 * @param members of the group
 */
public record Chunks(long size, int members) {

    public long start(int index) {
        return Math.min(size, Math.floorMod(index, members) * each());
    }

    public long length(int index) {
        return Math.min(each(), size - start(index));
    }

    private long each() {
        return (size + members - 1) / members;
    }
}
