package io.sparkmics.bootstrap.nccl;

/** NCCL's versions: 22903 is 2.29.3. */
final class NcclVersion {

    private NcclVersion() {}

    static String text(int code) {
        return code / 10_000 + "." + code / 100 % 100 + "." + code % 100;
    }
}
