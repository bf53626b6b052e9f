package io.sparkmics;

import io.sparkmics.data.RowColumn;
import io.sparkmics.data.RowEncoder;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.model.EncoderConfig;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.model.RowLayout;
import io.sparkmics.params.ClassificationParams;
import io.sparkmics.params.Defaults;
import java.util.List;
import java.util.OptionalInt;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;

/**
 * Trains a model to tell classes apart: of rows of text, token ids or numbers. Its params are named as spark.ml's are, and its
 * evaluators and tuning work with it.
 *
 * <p>Where the model leaves open how many classes there are ({@link PredictorConfig#outputs} is 0), the label column's metadata
 * say it, which a StringIndexer writes, or its largest label.
 */
public final class MicsClassifier extends PredictorEstimator<MicsClassifier, MicsClassificationModel>
        implements ClassificationParams<MicsClassifier> {

    private static final long serialVersionUID = 1L;

    public MicsClassifier() {
        this(Identifiable$.MODULE$.randomUID("MicsClassifier"));
    }

    public MicsClassifier(String uid) {
        super(uid);
        Defaults.of((ClassificationParams<?>) this);
    }

    @Override
    ModelConfig suited(ModelConfig described) {
        return described instanceof EncoderConfig encoder ? encoder.classifier() : described;
    }

    @Override
    boolean classifies() {
        return true;
    }

    @Override
    RowColumn label(PredictorConfig config) {
        int classes = config.outputs() == 0 ? Integer.MAX_VALUE : config.outputs();
        return new RowColumn(getLabelCol(), RowColumn.Role.LABEL, InputColumn.category(RowLayout.LABEL), classes);
    }

    @Override
    MicsClassifier decided(Dataset<?> frame) {
        PredictorConfig config = config();
        if (!new RowEncoder(List.of(label(config))).problems(frame.schema()).isEmpty()) {
            // Told with all else that is wrong: any number will do until then.
            return config.outputs() == 0 ? with(config.withOutputs(2)) : super.decided(frame);
        }
        ClassCount count = new ClassCount(frame, getLabelCol());
        if (config.outputs() == 0) {
            return with(config.withOutputs(count.get()));
        }
        OptionalInt known = count.fromMetadata();
        if (known.orElse(0) > config.outputs()) {
            throw new IllegalArgumentException("Cannot train on column '" + getLabelCol() + "': it has "
                    + known.getAsInt() + " classes, and the model has " + config.outputs()
                    + " outputs. Set the model with withOutputs(" + known.getAsInt()
                    + "), or with 0 to take them from the column.");
        }
        return super.decided(frame);
    }

    private MicsClassifier with(PredictorConfig config) {
        return copy(ParamMap.empty()).setModel(config);
    }

    @Override
    MicsClassificationModel empty() {
        return new MicsClassificationModel(uid(), null, null);
    }

    @Override
    MicsClassificationModel fitted(TrainingResult result) {
        return new MicsClassificationModel(uid(), result.weights(), result);
    }

    @Override
    public MicsClassifier copy(ParamMap extra) {
        return copied(defaultCopy(extra));
    }

    public static MLReader<MicsClassifier> read() {
        return new StageReader<>(MicsClassifier.class, MicsClassifier::new);
    }

    public static MicsClassifier load(String path) {
        return read().load(path);
    }
}
