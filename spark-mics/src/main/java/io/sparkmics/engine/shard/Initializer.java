package io.sparkmics.engine.shard;

import io.sparkmics.engine.device.Native;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
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
        if (parameter.initialization() instanceof Initialization.Normal normal) {
            long parameterSeed = Seeds.ofParameter(seed, parameter.name());
            GeneratorOptional generator = new GeneratorOptional(torch.make_generator_cpu(parameterSeed));
            return values.normal_(0, normal.standardDeviation(), generator);
        }
        Initialization.Constant constant = (Initialization.Constant) parameter.initialization();
        return values.fill_(new Scalar(constant.value()));
    }
}
