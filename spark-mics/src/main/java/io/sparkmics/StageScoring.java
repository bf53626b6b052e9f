package io.sparkmics;

import io.sparkmics.params.ScoringParams;
import io.sparkmics.params.SequenceParams;
import io.sparkmics.scoring.Scored;
import io.sparkmics.scoring.ScoredResponses;
import io.sparkmics.scoring.ScoredTokens;
import io.sparkmics.scoring.Scoring;

/** How the params of a stage have rows scored: as it trains on them, or was trained. */
final class StageScoring {

    private StageScoring() {}

    static <S extends ScoringParams<?> & SequenceParams<?>> Scoring of(S stage) {
        Scored scored = stage.hasResponses()
                ? new ScoredResponses(stage.getPromptCol(), stage.getResponseCol(), stage.getEndOfTextId())
                : new ScoredTokens(stage.getInputCol());
        return new Scoring(scored, stage.getLossCol(), stage.getTokenCountCol());
    }
}
