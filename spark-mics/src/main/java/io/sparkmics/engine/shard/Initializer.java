package io.sparkmics.engine.shard;

import io.sparkmics.engine.device.Native;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * First values. Each parameter has a generator of its own, so its values are the same for every world and group size, and a
 * rank makes one parameter at a time, keeps its part and forgets the rest.
 */
public final class Initializer {

    private final long seed;

    public Initializer(long seed) {
        this.seed = seed;
    }

    /** Fills one rank's shards. */
    public void fill(ModelStates states, int partitionIndex) {
        for (UnitShard shard : states.layout().shards()) {
            long begin = partitionIndex * shard.size();
            long offset = 0;
            for (Parameter parameter : shard.unit().parameters()) {
                long from = Math.max(begin, offset);
                long to = Math.min(begin + shard.size(), offset + parameter.size());
                if (from < to) {
                    copy(parameter, from - offset, states.parameters().of(shard), from - begin, to - from);
                }
                offset += parameter.size();
            }
        }
    }

    private void copy(Parameter parameter, long from, Tensor shard, long to, long count) {
        try (PointerScope scope = new PointerScope()) {
            Tensor values = values(parameter).view(-1).narrow(0, from, count);
            shard.narrow(0, to, count).copy_(values);
        }
    }

    /** Drawn in single precision whatever the engine's, so that both start from the same numbers. */
    public Tensor values(Parameter parameter) {
        Tensor values = torch.empty(Native.sizes(parameter), Native.options(ScalarType.Float), null);
        Initialization initialization = parameter.initialization();
        if (initialization instanceof Initialization.Normal normal) {
            return values.normal_(0, normal.standardDeviation(), generator(parameter));
        }
        if (initialization instanceof Initialization.Uniform uniform) {
            return values.uniform_(uniform.from(), uniform.to(), generator(parameter));
        }
        if (initialization instanceof Initialization.Own own) {
            return values.copy_(own(parameter, own));
        }
        Initialization.Constant constant = (Initialization.Constant) initialization;
        return values.fill_(new Scalar(constant.value()));
    }

    private GeneratorOptional generator(Parameter parameter) {
        return new GeneratorOptional(torch.make_generator_cpu(Seeds.ofParameter(seed, parameter.name())));
    }

    private Tensor own(Parameter parameter, Initialization.Own own) {
        float[] values = own.values(parameter.shape(), Seeds.ofParameter(seed, parameter.name()));
        if (values.length != parameter.size()) {
            throw new IllegalStateException("Cannot initialize parameter " + parameter.name() + ": "
                    + own.getClass().getName() + " makes " + values.length + " values of shape " + parameter.shape()
                    + ", which has " + parameter.size() + ". Let it make one for each element.");
        }
        return torch.from_blob(new FloatPointer(values), Native.sizes(parameter), Native.options(ScalarType.Float));
    }
}
