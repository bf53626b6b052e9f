package io.sparkmics.engine;

import io.sparkmics.model.Parameter;
import java.io.IOException;
import org.bytedeco.pytorch.Tensor;

/** Sees a model's parameters one after another, each whole. */
@FunctionalInterface
public interface ParameterVisitor {

    /**
     * @param value in the declared shape; valid during the call only
     */
    void visit(Parameter parameter, Tensor value) throws IOException;
}
