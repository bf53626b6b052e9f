package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.CommunicationException;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.javacpp.BytePointer;

/** What NCCL's functions return. */
final class NcclResult {

    private NcclResult() {}

    /**
     * @throws CommunicationException unless the call succeeded, or has begun what will go on by itself
     */
    static void require(int result, String what) {
        if (result != nccl.ncclSuccess && result != nccl.ncclInProgress) {
            throw new CommunicationException(
                    "Cannot " + what + ": " + text(result, null) + ". Set NCCL_DEBUG=WARN on the executors for more.");
        }
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
