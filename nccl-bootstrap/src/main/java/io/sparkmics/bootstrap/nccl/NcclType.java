package io.sparkmics.bootstrap.nccl;

import org.bytedeco.cuda.global.nccl;
import org.bytedeco.pytorch.Tensor;

/** What NCCL calls a tensor's type. */
final class NcclType {

    private NcclType() {}

    static int of(Tensor tensor) {
        return switch (tensor.scalar_type().intern()) {
            case Float -> nccl.ncclFloat32;
            case Double -> nccl.ncclFloat64;
            case BFloat16 -> nccl.ncclBfloat16;
            case Long -> nccl.ncclInt64;
            case Int -> nccl.ncclInt32;
            case Byte -> nccl.ncclUint8;
            default ->
                throw new IllegalArgumentException(
                        "Cannot send a tensor over NCCL: the type " + tensor.scalar_type() + " is not supported.");
        };
    }
}
