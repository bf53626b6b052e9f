package io.sparkmics.bootstrap.nccl;

/** NCCL's versions as text. Thread-safe; loads nothing. */
public final class NcclVersion {

    private NcclVersion() {}

    /**
     * @param code as NCCL codes it from 2.9 on: 22903 is 2.29.3
     */
    public static String text(int code) {
        return code / 10_000 + "." + code / 100 % 100 + "." + code % 100;
    }
}
