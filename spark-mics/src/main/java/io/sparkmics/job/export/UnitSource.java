package io.sparkmics.job.export;

import io.sparkmics.checkpoint.CheckpointReader;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Unit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The trained parameters, unit by unit.
 *
 * @param reader stays the caller's
 * @param type of all of them
 */
record UnitSource(CheckpointReader reader, TensorType type) {

    /** Its parameters in their shapes, by name: of the caller's scope. */
    Map<String, Tensor> read(Unit unit) {
        Tensor whole = torch.empty(
                new long[] {unit.size()},
                new TensorOptions(type == TensorType.F64 ? ScalarType.Double : ScalarType.Float),
                new MemoryFormatOptional());
        reader.read(Manifest.tensorName(unit.name(), StateKind.PARAMETERS.tensorName()), 0, whole);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        long offset = 0;
        for (Parameter parameter : unit.parameters()) {
            long[] sizes = parameter.shape().stream().mapToLong(Long::longValue).toArray();
            parameters.put(
                    parameter.name(), whole.narrow(0, offset, parameter.size()).view(sizes));
            offset += parameter.size();
        }
        return parameters;
    }
}
