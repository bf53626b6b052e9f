package io.sparkmics.data;

/** The input gave other rows when it was read again: what was counted is not what arrived. */
public class DataChangedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DataChangedException(String what, String found) {
        super("Cannot read " + what + ": " + found + ", so the data changed while it was read."
                + " Write the input out, or cache it, so that reading it again gives the same rows.");
    }
}
