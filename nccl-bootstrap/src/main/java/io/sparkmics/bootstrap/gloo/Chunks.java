package io.sparkmics.bootstrap.gloo;

/** Cuts {@code size} elements into one chunk for each member: equal ones as far as they go, then a shorter, then empty ones. */
record Chunks(long size, int members) {

    long start(int index) {
        return Math.min(size, Math.floorMod(index, members) * each());
    }

    long length(int index) {
        return Math.min(each(), size - start(index));
    }

    private long each() {
        return (size + members - 1) / members;
    }
}
