package io.sparkmics.bootstrap;

/** Whether the collectives of a rank are compared before they start: one switch for all its communicators. */
final class Checking {

    private boolean on;

    Checking(boolean on) {
        this.on = on;
    }

    boolean on() {
        return on;
    }

    void set(boolean value) {
        on = value;
    }
}
