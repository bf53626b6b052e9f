package io.sparkmics.plan.step;

/** Groups of ranks that talk at the same time. */
interface Groups {

    /**
     * A collective over each of the groups.
     *
     * @param bytes of the whole
     * @param turns how often the parts of it go round: 1 for a gather and a reduce-scatter, 2 for an all-reduce
     */
    Transfer transfer(Cluster cluster, double bytes, int turns);
}
