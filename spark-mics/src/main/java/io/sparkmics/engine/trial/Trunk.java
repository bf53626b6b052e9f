package io.sparkmics.engine.trial;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Stage;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** All stages of a model but the last. */
final class Trunk {

    private Trunk() {}

    /**
     * Forward only.
     *
     * @param stages with the last
     * @return what the last is given; the caller's to close
     * @throws ModelTrial.Refused where something is wrong with one of them
     */
    static Tensor handedOn(List<Stage> stages, ScalarType type, StagePass pass) {
        Tensor input = Native.keep(new Tensor(pass.data()));
        for (int index = 0; index < stages.size() - 1; index++) {
            try {
                Tensor output =
                        new StageTrial(stages.get(index), index + 1, stages.size(), type, false).run(input, pass);
                Native.close(input);
                input = output;
            } catch (RuntimeException e) {
                Native.close(input);
                throw e;
            }
        }
        return input;
    }
}
