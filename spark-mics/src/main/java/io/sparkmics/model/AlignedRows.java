package io.sparkmics.model;

/** How many rows a table has on a GPU whose rows a product has as columns. Arithmetic: what plans memory asks it too. */
public final class AlignedRows {

    /** 128 bytes of bfloat16. Source: NVIDIA, "Matrix Multiplication Background User's Guide", table 1. */
    private static final long ALIGNMENT = 64;

    private AlignedRows() {}

    /** The next multiple, which may be the number itself. */
    public static long count(long rows) {
        return rows + Math.floorMod(-rows, ALIGNMENT);
    }
}
