package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.RankDevice;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.cuda.nccl.ncclConfig_t;
import org.bytedeco.cuda.nccl.ncclUniqueId;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.cuda.CUDAEvent;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;

/** The real NCCL, and the streams of libtorch: its compute stream is the one that tensors of this thread are computed on. */
final class NativeRuntime implements NcclRuntime {

    /**
     * Where NCCL writes the address of a communicator. A split one appears there only when the world is ready again, so the
     * cell must stay until then.
     */
    private record Cell(PointerPointer<ncclComm> address) implements Handle {

        Cell() {
            this(new PointerPointer<ncclComm>(1).put(0, null));
            address.retainReference();
        }

        ncclComm communicator() {
            return address.get(ncclComm.class);
        }
    }

    private record Event(CUDAEvent event) implements Mark {}

    private static final String START = "start a collective";

    private final RankDevice device;
    private final Deque<Event> unused = new ArrayDeque<>();
    private CUDAStream compute;
    private CUDAStream communication;

    NativeRuntime(RankDevice device) {
        this.device = device;
    }

    @Override
    public RankDevice device() {
        return device;
    }

    @Override
    public int version() {
        NativeLibraries.loadNccl();
        try (IntPointer version = new IntPointer(1)) {
            NcclResult.require(nccl.ncclGetVersion(version), "tell NCCL's version");
            return version.get();
        }
    }

    @Override
    public UniqueId uniqueId() {
        NativeLibraries.loadNccl();
        try (ncclUniqueId id = new ncclUniqueId();
                BytePointer bytes = new BytePointer(id)) {
            NcclResult.require(nccl.ncclGetUniqueId(id), "make an NCCL unique id");
            byte[] secret = new byte[UniqueId.BYTES];
            bytes.capacity(UniqueId.BYTES).get(secret);
            return new UniqueId(secret);
        }
    }

    @Override
    public void select() {
        NativeLibraries.loadCuda();
        try (PointerScope scope = new PointerScope()) {
            byte ordinal = (byte) device.ordinal();
            torch_cuda.set_device(ordinal);
            compute = torch_cuda.getCurrentCUDAStream(ordinal);
            // Of high priority: a collective that waits for room on the device makes every peer wait.
            communication = torch_cuda.getStreamFromPool(true, ordinal);
            compute.retainReference();
            communication.retainReference();
        }
    }

    @Override
    public Handle join(UniqueId id, int worldSize, int rank) {
        Cell cell = new Cell();
        try (PointerScope scope = new PointerScope()) {
            ncclUniqueId secret = new ncclUniqueId();
            new BytePointer(secret).capacity(UniqueId.BYTES).put(id.bytes());
            NcclResult.require(
                    nccl.ncclCommInitRankConfig(cell.address(), worldSize, secret, rank, nonBlocking()),
                    "join the ranks over NCCL");
        }
        return cell;
    }

    @Override
    public Handle split(Handle world, int color, int key) {
        Cell cell = new Cell();
        try (PointerScope scope = new PointerScope()) {
            NcclResult.require(
                    nccl.ncclCommSplit(communicator(world), color, key, cell.address(), nonBlocking()),
                    "split the ranks into groups");
        }
        return cell;
    }

    /** Everything as NCCL chooses, but that no call waits for the other ranks. */
    private static ncclConfig_t nonBlocking() {
        ncclConfig_t config = new ncclConfig_t();
        IntPointer fields = new IntPointer(config);
        for (int field = 0; field < config.sizeof() / Integer.BYTES; field++) {
            fields.put(field, Integer.MIN_VALUE);
        }
        return config.size(config.sizeof())
                .magic(nccl.NCCL_API_MAGIC)
                .version(nccl.NCCL_VERSION_CODE)
                .blocking(0)
                .netName(null)
                .commName(null);
    }

    @Override
    public Progress progress(Handle communicator) {
        try (PointerScope scope = new PointerScope()) {
            ncclComm native_ = communicator(communicator);
            IntPointer state = new IntPointer(1);
            NcclResult.require(nccl.ncclCommGetAsyncError(native_, state), "ask NCCL for errors");
            int result = state.get();
            boolean fine = result == nccl.ncclSuccess || result == nccl.ncclInProgress;
            return new Progress(
                    result == nccl.ncclInProgress,
                    fine ? Optional.empty() : Optional.of(NcclResult.text(result, native_)));
        }
    }

    @Override
    public boolean launch(Handle communicator, List<Operation> operations) {
        try (PointerScope scope = new PointerScope()) {
            ncclComm group = communicator(communicator);
            CUstream_st stream = communication.stream();
            int result = operations.size() == 1
                    ? launch(operations.get(0), group, stream)
                    : launchTogether(operations, group, stream);
            NcclResult.require(result, START);
            return result == nccl.ncclSuccess;
        }
    }

    /** What was begun as a group is ended as one, also where NCCL refuses a part of it: groups belong to the thread. */
    private static int launchTogether(List<Operation> operations, ncclComm group, CUstream_st stream) {
        NcclResult.require(nccl.ncclGroupStart(), START);
        int refused = nccl.ncclSuccess;
        int result = nccl.ncclSuccess;
        try {
            for (Operation operation : operations) {
                int one = launch(operation, group, stream);
                refused = one == nccl.ncclSuccess || one == nccl.ncclInProgress ? refused : one;
            }
        } finally {
            result = nccl.ncclGroupEnd();
        }
        return refused == nccl.ncclSuccess ? result : refused;
    }

    private static int launch(Operation operation, ncclComm group, CUstream_st stream) {
        Tensor to = operation.to();
        int type = NcclType.of(to);
        Pointer source = operation.from().data_ptr();
        Pointer target = to.data_ptr();
        return switch (operation.collective()) {
            case GATHER -> nccl.ncclAllGather(source, target, operation.from().numel(), type, group, stream);
            case REDUCE_SCATTER ->
                nccl.ncclReduceScatter(source, target, to.numel(), type, nccl.ncclSum, group, stream);
            case ALL_REDUCE -> nccl.ncclAllReduce(source, target, to.numel(), type, nccl.ncclSum, group, stream);
            case BROADCAST -> nccl.ncclBroadcast(source, target, to.numel(), type, operation.root(), group, stream);
        };
    }

    @Override
    public Mark computed() {
        return record(compute);
    }

    @Override
    public Mark communicated() {
        return record(communication);
    }

    private Mark record(CUDAStream stream) {
        Event mark = unused.isEmpty() ? new Event(newEvent()) : unused.pop();
        mark.event().record(stream);
        return mark;
    }

    private static CUDAEvent newEvent() {
        CUDAEvent event = new CUDAEvent();
        event.retainReference();
        return event;
    }

    @Override
    public void communicateAfter(Mark mark) {
        ((Event) mark).event().block(communication);
    }

    @Override
    public void computeAfter(Mark mark) {
        ((Event) mark).event().block(compute);
    }

    @Override
    public boolean reached(Mark mark) {
        return ((Event) mark).event().query();
    }

    @Override
    public void release(Mark mark) {
        unused.push((Event) mark);
    }

    @Override
    public void finalizing(Handle communicator) {
        try (PointerScope scope = new PointerScope()) {
            NcclResult.require(nccl.ncclCommFinalize(communicator(communicator)), "end an NCCL communicator");
        }
    }

    @Override
    public void destroy(Handle communicator) {
        try (PointerScope scope = new PointerScope()) {
            NcclResult.require(nccl.ncclCommDestroy(communicator(communicator)), "free an NCCL communicator");
        }
        ((Cell) communicator).address().close();
    }

    @Override
    public void abort(List<Handle> communicators) {
        // Errors are told, not thrown: what has led here matters more.
        try (PointerScope scope = new PointerScope()) {
            NcclResult.warn(nccl.ncclGroupStart(), "abort the NCCL communicators");
            for (Handle communicator : communicators) {
                ncclComm native_ = communicator(communicator);
                // A split that did not come to its end may have left none; the world, aborted before it, knows by now.
                if (native_ != null && !native_.isNull()) {
                    NcclResult.warn(nccl.ncclCommAbort(native_), "abort an NCCL communicator");
                }
            }
            NcclResult.warn(nccl.ncclGroupEnd(), "abort the NCCL communicators");
        }
        communicators.forEach(communicator -> ((Cell) communicator).address().close());
    }

    private static ncclComm communicator(Handle handle) {
        return ((Cell) handle).communicator();
    }

    @Override
    public void close() {
        unused.forEach(mark -> mark.event().close());
        unused.clear();
        if (compute != null) {
            compute.close();
            communication.close();
            compute = null;
        }
    }
}
