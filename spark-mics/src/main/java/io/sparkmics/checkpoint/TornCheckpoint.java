package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.manifest.CheckpointId;

/**
 * A folder that looks like a checkpoint and cannot be used.
 *
 * @param id what its name says
 * @param reason a sentence
 */
public record TornCheckpoint(CheckpointFolder folder, CheckpointId id, String reason) {}
