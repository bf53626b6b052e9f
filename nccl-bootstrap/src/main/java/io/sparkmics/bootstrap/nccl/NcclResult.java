package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.javacpp.BytePointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What NCCL's functions return. */
final class NcclResult {

    private static final Logger LOG = LoggerFactory.getLogger(NcclResult.class);

    private NcclResult() {}

    /**
     * @throws CommunicationException unless the call succeeded, or has begun what will go on by itself
     */
    static void require(int result, String what) {
        if (failed(result)) {
            throw new CommunicationException(
                    "Cannot " + what + ": " + text(result, null) + ". Set NCCL_DEBUG=WARN on the executors for more.");
        }
    }

    /** Tells the log, where there is an error that must not hide another one. */
    static void warn(int result, String what) {
        if (failed(result)) {
            LOG.warn("Cannot {}: {}.", what, text(result, null));
        }
    }

    private static boolean failed(int result) {
        return result != nccl.ncclSuccess && result != nccl.ncclInProgress;
    }

    /** @param communicator whose latest error is told too; null: none has one */
    static String text(int result, ncclComm communicator) {
        try (BytePointer name = nccl.ncclGetErrorString(result);
                BytePointer latest = nccl.ncclGetLastError(communicator)) {
            String detail =
                    latest == null || latest.isNull() ? "" : latest.getString().strip();
            return "NCCL says: " + name.getString() + (detail.isEmpty() ? "" : " (" + detail + ")");
        }
    }
}
