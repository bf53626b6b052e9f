package io.sparkmics.engine.device;

import io.sparkmics.bootstrap.RankContext;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A few numbers in double precision, summed where they are computed and read by the host once. */
public final class DeviceSums implements AutoCloseable {

    private final RankContext ranks;
    private final Tensor sums;

    public DeviceSums(int count, RankContext ranks) {
        this.ranks = ranks;
        try (PointerScope scope = new PointerScope()) {
            sums = Native.keep(torch.zeros(new long[] {count}, ranks.device().options(ScalarType.Double)));
        }
    }

    public void clear() {
        sums.zero_();
    }

    /** One of them, without dimensions; a view, owned by the caller's scope. */
    public Tensor at(int index) {
        return sums.select(0, index);
    }

    /** The first ones, [count]; a view, owned by the caller's scope. */
    public Tensor first(int count) {
        return sums.narrow(0, 0, count);
    }

    /** Waits for the device; the only place in a step that does. */
    public double[] read() {
        ranks.synchronize();
        try (PointerScope scope = new PointerScope()) {
            double[] values = new double[Math.toIntExact(sums.numel())];
            Tensor host = sums.to(new Device(DeviceType.CPU), ScalarType.Double);
            new DoublePointer(host.data_ptr()).get(values);
            return values;
        }
    }

    @Override
    public void close() {
        Native.close(sums);
    }
}
