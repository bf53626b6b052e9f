package io.sparkmics.params;

import io.sparkmics.job.settings.CheckpointSettings;
import io.sparkmics.plan.UnitPlaces;

/** The default of every setting, in one place. A setting that is not here has none: it must be set. */
public final class Defaults {

    private Defaults() {}

    public static void of(ScoringParams<?> stage) {
        scoreColumns(stage);
        stage.setDefault(stage.inputCol(), "text");
        stage.setDefault(stage.batchSize(), 16);
    }

    public static void of(SequenceParams<?> stage) {
        stage.setDefault(stage.promptCol(), "");
        stage.setDefault(stage.responseCol(), "");
        stage.setDefault(stage.endOfTextId(), -1);
    }

    public static void of(DocumentParams<?> stage) {
        stage.setDefault(stage.separateDocuments(), false);
    }

    public static void of(PredictionParams<?> stage) {
        stage.setDefault(stage.featuresCol(), "features");
        stage.setDefault(stage.featuresCols(), new String[0]);
        stage.setDefault(stage.textCol(), "");
        stage.setDefault(stage.predictionCol(), "prediction");
        stage.setDefault(stage.batchSize(), 32);
    }

    public static void of(LabelParams<?> stage) {
        stage.setDefault(stage.labelCol(), "label");
        stage.setDefault(stage.weightCol(), "");
    }

    public static void of(ClassificationParams<?> stage) {
        of((PredictionParams<?>) stage);
        stage.setDefault(stage.probabilityCol(), "probability");
        stage.setDefault(stage.rawPredictionCol(), "rawPrediction");
    }

    public static void of(RegressionParams<?> stage) {
        of((PredictionParams<?>) stage);
        stage.setDefault(stage.outputCols(), new String[0]);
    }

    public static void of(TokenizerParams<?> stage) {
        stage.setDefault(stage.inputCol(), "text");
        stage.setDefault(stage.outputCol(), "tokens");
        stage.setDefault(stage.addSpecialTokens(), false);
    }

    public static void of(EmbedderParams<?> stage) {
        stage.setDefault(stage.inputCol(), "text");
        stage.setDefault(stage.outputCol(), "embedding");
        stage.setDefault(stage.pooling(), "mean");
        stage.setDefault(stage.batchSize(), 32);
        stage.setDefault(stage.addSpecialTokens(), true);
    }

    public static void of(GenerationParams<?> stage) {
        stage.setDefault(stage.modelFolder(), "");
        stage.setDefault(stage.inputCol(), "text");
        stage.setDefault(stage.outputCol(), "generated");
        stage.setDefault(stage.maxNewTokens(), 100);
        stage.setDefault(stage.temperature(), 0.8);
        stage.setDefault(stage.topK(), 40);
        stage.setDefault(stage.topP(), 1.0);
        stage.setDefault(stage.stopTokenId(), -1);
        stage.setDefault(stage.seed(), 42L);
        stage.setDefault(stage.batchSize(), 16);
    }

    public static void of(EvaluationParams<?> evaluator) {
        scoreColumns(evaluator);
        evaluator.setDefault(evaluator.metricName(), "perplexity");
    }

    private static void scoreColumns(ScoreColumns<?> stage) {
        stage.setDefault(stage.lossCol(), "loss");
        stage.setDefault(stage.tokenCountCol(), "tokenCount");
    }

    public static void of(PretrainedParams<?> stage) {
        stage.setDefault(stage.initialModel(), "");
    }

    public static void of(LoraParams<?> stage) {
        stage.setDefault(stage.loraRank(), 0);
        stage.setDefault(stage.loraAlpha(), 16.0);
        stage.setDefault(stage.loraDropout(), 0.0);
        stage.setDefault(stage.loraTargets(), "");
        stage.setDefault(stage.initialAdapter(), "");
    }

    public static void of(ScheduleParams<?> stage) {
        stage.setDefault(stage.numWorkers(), 1);
        stage.setDefault(stage.partitionGroupSize(), 0);
        stage.setDefault(stage.globalBatchSize(), 32);
        stage.setDefault(stage.microBatchSize(), 4);
        stage.setDefault(stage.maxSteps(), 0L);
        stage.setDefault(stage.maxEpochs(), 0.0);
        stage.setDefault(stage.validationIndicatorCol(), "");
        stage.setDefault(stage.evaluateEvery(), 0L);
        stage.setDefault(stage.seed(), 42L);
    }

    public static void of(EarlyStoppingParams<?> stage) {
        stage.setDefault(stage.earlyStoppingPatience(), 0);
        stage.setDefault(stage.earlyStoppingMinDelta(), 0.0);
    }

    public static void of(OptimizerParams<?> stage) {
        stage.setDefault(stage.optimizer(), "adamw");
        stage.setDefault(stage.learningRate(), 6e-4);
        stage.setDefault(stage.warmUpSteps(), 10L);
        stage.setDefault(stage.minimumLearningRateRatio(), 0.1);
        stage.setDefault(stage.weightDecay(), 0.1);
        stage.setDefault(stage.beta1(), 0.9);
        stage.setDefault(stage.beta2(), 0.95);
        stage.setDefault(stage.epsilon(), 1e-8);
        stage.setDefault(stage.gradientClipping(), 1.0);
    }

    public static void of(ClusterParams<?> stage) {
        stage.setDefault(stage.gather(), "auto");
        stage.setDefault(stage.gathersAhead(), UnitPlaces.AHEAD);
        stage.setDefault(stage.deviceType(), "auto");
        stage.setDefault(stage.precision(), "auto");
        stage.setDefault(stage.reductionPrecision(), "float32");
        stage.setDefault(stage.replicationPrecision(), "float32");
        stage.setDefault(stage.activationCheckpointing(), 0);
        stage.setDefault(stage.workDirectory(), "");
        stage.setDefault(stage.sharedWorkDirectory(), false);
        stage.setDefault(stage.maxShardSize(), "5GB");
        stage.setDefault(stage.slotTimeout(), 60);
        stage.setDefault(stage.collectiveTimeout(), 120);
        stage.setDefault(stage.acceptPlainTextCollectives(), false);
        stage.setDefault(stage.checkCollectives(), false);
    }

    public static void of(CheckpointParams<?> stage) {
        stage.setDefault(stage.checkpointInterval(), CheckpointSettings.NONE);
        stage.setDefault(stage.checkpointDirectory(), "");
        stage.setDefault(stage.keepCheckpoints(), 2);
        stage.setDefault(stage.keepEverySteps(), 0L);
        stage.setDefault(stage.resumeFrom(), "");
        stage.setDefault(stage.maxRestarts(), 3);
        stage.setDefault(stage.elasticWorkers(), false);
        stage.setDefault(stage.stopWhen(), "");
    }
}
