package io.sparkmics;

import io.sparkmics.checkpoint.CheckpointDirectory;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.CheckpointReader;
import io.sparkmics.checkpoint.manifest.CheckpointId;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.monitor.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What fits have left, to be compared. */
final class CheckpointedFits {

    private static final Configuration HADOOP = new Configuration();

    private CheckpointedFits() {}

    /** What can be loaded, the latest first. */
    static List<CheckpointFolder> committed(Path directory) {
        return new CheckpointDirectory(new org.apache.hadoop.fs.Path(directory.toUri()), HADOOP).committed();
    }

    static List<Long> steps(Path directory) {
        return committed(directory).stream().map(CheckpointedFits::step).toList();
    }

    static CheckpointFolder of(Path directory, long step) {
        return committed(directory).stream()
                .filter(folder -> step(folder) == step)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no checkpoint of step " + step + " in " + steps(directory)));
    }

    private static long step(CheckpointFolder folder) {
        return folder.id().map(CheckpointId::step).orElseThrow();
    }

    /** The bits of every state of every whole unit. */
    static Map<String, ByteBuffer> states(CheckpointFolder folder) {
        Map<String, ByteBuffer> states = new TreeMap<>();
        try (CheckpointReader reader = CheckpointReader.open(folder, HADOOP)) {
            Manifest manifest = reader.manifest();
            boolean doubles = manifest.states().type() == TensorType.F64;
            for (Manifest.UnitSize unit : manifest.model().units()) {
                for (String kind : manifest.states().kinds()) {
                    String name = Manifest.tensorName(unit.name(), kind);
                    try (PointerScope scope = new PointerScope()) {
                        Tensor whole = torch.empty(
                                new long[] {unit.elements()},
                                new TensorOptions(doubles ? ScalarType.Double : ScalarType.Float),
                                new MemoryFormatOptional());
                        reader.read(name, 0, whole);
                        byte[] bytes = new byte[Math.toIntExact(whole.nbytes())];
                        new BytePointer(whole.data_ptr()).capacity(bytes.length).get(bytes);
                        states.put(name, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
                    }
                }
            }
        }
        return states;
    }

    /** The bits of the trained weights. */
    static byte[] weights(MicsModel model) {
        try {
            return Files.readAllBytes(Path.of(model.weights().path().toUri()).resolve("model.safetensors"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that is told of a step but its times. */
    record Step(long step, double loss, double learningRate, double gradientNorm, long tokens, Double validationLoss) {
        static Step of(StepMetrics step) {
            return new Step(
                    step.step(),
                    step.loss(),
                    step.learningRate(),
                    step.gradientNorm(),
                    step.tokens(),
                    step.validationLoss());
        }
    }

    static List<Step> history(MicsModel model) {
        return model.training().history().stream().map(Step::of).toList();
    }

    /** What lies in a directory, by name. */
    static List<String> names(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
