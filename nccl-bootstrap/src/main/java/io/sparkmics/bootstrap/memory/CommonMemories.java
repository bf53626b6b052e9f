package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.PeerException;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The memories that the threads of a group have in common. The first who asks for one makes it; each has a tensor of its own on
 * it, and libtorch frees it behind the last of them.
 */
final class CommonMemories implements AutoCloseable {

    private final int members;
    private final Map<Integer, CommonMemory> memories = new HashMap<>();

    CommonMemories(int members) {
        this.members = members;
    }

    private static final class CommonMemory {

        private final Tensor bytes;
        private int handles;

        CommonMemory(Tensor bytes) {
            this.bytes = bytes;
        }
    }

    /**
     * @param number how often this member has asked before
     * @return the caller's to close
     */
    synchronized Tensor handle(int number, long bytes) {
        CommonMemory memory = memories.computeIfAbsent(number, any -> new CommonMemory(zeros(bytes)));
        if (memory.bytes.numel() != bytes) {
            throw new PeerException(
                    "a member asks for " + bytes + " bytes of common memory, and another for " + memory.bytes.numel());
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor own = memory.bytes.detach();
            own.retainReference();
            memory.handles++;
            if (memory.handles == members) {
                memories.remove(number).bytes.close();
            }
            return own;
        }
    }

    private static Tensor zeros(long bytes) {
        try (PointerScope scope = new PointerScope()) {
            Tensor zeros = torch.zeros(new long[] {bytes}, RankDevice.cpu().options(ScalarType.Byte));
            zeros.retainReference();
            return zeros;
        }
    }

    /** Forgets what not all have asked for. */
    @Override
    public synchronized void close() {
        memories.values().forEach(memory -> memory.bytes.close());
        memories.clear();
    }
}
