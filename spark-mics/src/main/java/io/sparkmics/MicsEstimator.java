package io.sparkmics;

import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.data.Columns;
import io.sparkmics.data.DataSettings;
import io.sparkmics.data.RowColumn;
import io.sparkmics.data.TokenData;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.DocumentParams;
import io.sparkmics.params.ScoringParams;
import io.sparkmics.params.SequenceParams;
import io.sparkmics.scoring.Scoring;
import java.io.IOException;
import java.util.OptionalInt;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;

/**
 * Trains a model of language from the rows of a DataFrame: all of them are one stream of tokens, of which each predicts the
 * next. Or each row is a prompt and its response, a sequence of its own of which the response alone is predicted: then the loss
 * of a step is the mean over all of its tokens of responses, and a row without a response, or whose prompt leaves no room for
 * one, is left out and counted.
 */
public final class MicsEstimator extends TrainingEstimator<MicsEstimator, MicsModel>
        implements ScoringParams<MicsEstimator>, SequenceParams<MicsEstimator>, DocumentParams<MicsEstimator> {

    /** As {@code endOfTextId}: nothing is put behind token ids, for responses that end with tokens of their own. */
    public static final int NOTHING = DataSettings.NOTHING;

    private static final long serialVersionUID = 1L;

    public MicsEstimator() {
        this(Identifiable$.MODULE$.randomUID("MicsEstimator"));
    }

    public MicsEstimator(String uid) {
        super(uid);
        Defaults.of((ScoringParams<?>) this);
        Defaults.of((SequenceParams<?>) this);
        Defaults.of((DocumentParams<?>) this);
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Scoring scoring = StageScoring.of(this);
        Columns columns = scoring.require(schema);
        if (!getValidationIndicatorCol().isEmpty()) {
            columns.requireIndicator(getValidationIndicatorCol());
        }
        columns.check();
        return scoring.schema(schema);
    }

    @Override
    InputSettings inputSettings() {
        if (!hasResponses()) {
            return new InputSettings(
                    getInputCol(), getValidationIndicatorCol(), getEndOfTextId(), getSeparateDocuments());
        }
        ModelConfig model = getModel();
        return new InputSettings(
                isSet(inputCol()) ? getInputCol() : "",
                getValidationIndicatorCol(),
                getEndOfTextId(),
                getSeparateDocuments(),
                RowColumn.responses(getPromptCol(), getResponseCol(), model.context(), model.vocabularySize()));
    }

    /** Which token ends responses, too, where that is the initial model's to say. */
    @Override
    MicsEstimator decided(Dataset<?> frame) {
        OptionalInt end = endOfResponses(frame);
        return end.isPresent() ? copy(ParamMap.empty()).setEndOfTextId(end.getAsInt()) : super.decided(frame);
    }

    private OptionalInt endOfResponses(Dataset<?> frame) {
        if (!hasResponses()
                || getEndOfTextId() != InputSettings.NO_END_OF_TEXT
                || getInitialModel().isBlank()
                || TokenData.isText(frame.schema(), getResponseCol())) {
            return OptionalInt.empty();
        }
        try {
            return EndOfText.of(
                    getInitialModel(), frame.sparkSession().sessionState().newHadoopConf());
        } catch (IOException | CheckpointException e) {
            // Is found again, and told, with all else that is wrong; and a run that goes on needs no such folder.
            return OptionalInt.empty();
        }
    }

    @Override
    MicsModel fitted(TrainingResult result) {
        return new MicsModel(uid(), result.weights(), result);
    }

    @Override
    public MicsEstimator copy(ParamMap extra) {
        return copied(defaultCopy(extra));
    }

    public static MLReader<MicsEstimator> read() {
        return new StageReader<>(MicsEstimator.class, MicsEstimator::new);
    }

    public static MicsEstimator load(String path) {
        return read().load(path);
    }
}
