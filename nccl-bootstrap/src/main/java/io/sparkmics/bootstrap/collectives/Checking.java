package io.sparkmics.bootstrap.collectives;

/** Whether the collectives of a rank are compared before they start: one switch for all its communicators. */
public final class Checking {

    private boolean on;

    public Checking(boolean on) {
        this.on = on;
    }

    boolean on() {
        return on;
    }

    public void set(boolean value) {
        on = value;
    }
}
