package io.sparkmics.engine.trial;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.FlatBuffer;
import io.sparkmics.engine.gather.GatheredUnit;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.engine.stage.BoundStage;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.plan.Placement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One stage alone, on the CPU, with its units whole and as they are initialized. */
final class WholeStage implements AutoCloseable {

    private final Map<Unit, GatheredUnit> units = new LinkedHashMap<>();
    private final FlatBuffer buffer;
    private final BoundStage stage;

    WholeStage(Stage stage, ScalarType type) {
        buffer = new FlatBuffer(bytes(stage, type), RankDevice.cpu());
        try {
            long offset = 0;
            for (Unit unit : stage.units()) {
                GatheredUnit whole = new GatheredUnit(new UnitShard(unit, 1, 0), type, RankDevice.cpu());
                units.put(unit, whole);
                try (PointerScope scope = new PointerScope()) {
                    whole.standAt(buffer.address(offset));
                }
                initialize(whole);
                offset += bytes(unit, type);
            }
            this.stage = new BoundStage(stage, units, true);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** What the weights of a stage take. */
    static long bytes(Stage stage, ScalarType type) {
        return stage.units().stream().mapToLong(unit -> bytes(unit, type)).sum();
    }

    private static long bytes(Unit unit, ScalarType type) {
        return Placement.aligned(unit.size() * ElementTypes.bytes(type));
    }

    private static void initialize(GatheredUnit unit) {
        Initializer initializer = new Initializer(0);
        long offset = 0;
        for (Parameter parameter : unit.shard().unit().parameters()) {
            try (PointerScope scope = new PointerScope()) {
                unit.wholeForWriting()
                        .narrow(0, offset, parameter.size())
                        .copy_(initializer.values(parameter).view(-1));
            }
            offset += parameter.size();
        }
    }

    BoundStage bound() {
        return stage;
    }

    /** From now on whoever reads the weights computes nothing but NaN. */
    void fillWithNaN() {
        try (PointerScope scope = new PointerScope()) {
            units.values().forEach(unit -> unit.wholeForWriting().fill_(new Scalar(Double.NaN)));
        }
    }

    @Override
    public void close() {
        if (stage != null) {
            stage.close();
        }
        units.values().forEach(GatheredUnit::close);
        buffer.close();
    }
}
