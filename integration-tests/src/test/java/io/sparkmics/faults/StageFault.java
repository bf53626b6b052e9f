package io.sparkmics.faults;

/**
 * What a rank's own code does wrong.
 *
 * @param partition which rank: on one host they are numbered as Spark's partitions
 * @param call in which of its forward passes, counted from 1 in each attempt
 * @param last the last of the passes that do it, where there are several
 * @param once only by the first attempt that comes so far
 * @param signal of {@link Action#SIGNAL}: KILL, STOP, TERM, INT
 * @param process whom it is sent to; 0: the rank's own process
 * @param checkpoint the step whose checkpoint, or a later one, must have been committed before, as far as a rank can wait:
 *     these trainings are faster than the driver looks; 0: none
 */
record StageFault(
        Action action, int partition, int call, int last, boolean once, String signal, long process, long checkpoint) {

    /** What there is to do wrong. */
    enum Action {
        /** Does nothing but wait for a checkpoint. */
        WAIT,
        /** Throws an exception. */
        THROW,
        /** Never returns, whatever it is told. */
        SLEEP,
        /** Sends a signal. */
        SIGNAL,
        /** Asks libtorch for more than there is. */
        ALLOCATE_NATIVE,
        /** Fills the heap. */
        ALLOCATE_HEAP,
        /** Makes its result NaN. */
        NOT_A_NUMBER,
        /** Has one more parameter than the others: the call is of no matter. */
        MISMATCH
    }

    static StageFault of(Action action, int partition, int call) {
        return new StageFault(action, partition, call, call, true, "", 0, 0);
    }

    static StageFault signal(String signal, int partition, int call) {
        return of(Action.SIGNAL, partition, call).with(signal, 0);
    }

    StageFault with(String otherSignal, long otherProcess) {
        return new StageFault(action, partition, call, last, once, otherSignal, otherProcess, checkpoint);
    }

    /** In every attempt that comes so far. */
    StageFault always() {
        return new StageFault(action, partition, call, last, false, signal, process, checkpoint);
    }

    /** Up to that pass, the last included. */
    StageFault until(int otherLast) {
        return new StageFault(action, partition, call, otherLast, once, signal, process, checkpoint);
    }

    /** Not before the checkpoint of that step has been committed. */
    StageFault after(long step) {
        return new StageFault(action, partition, call, last, once, signal, process, step);
    }

    boolean isDue(int itsPartition, int itsCall) {
        return partition == itsPartition && call <= itsCall && itsCall <= last;
    }

    /** What it is claimed under. */
    String name(int itsCall) {
        return action + "-" + partition + "-" + itsCall;
    }
}
