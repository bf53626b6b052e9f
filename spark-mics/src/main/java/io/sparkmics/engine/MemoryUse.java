package io.sparkmics.engine;

/**
 * What training has taken on one rank, in bytes.
 *
 * @param engineBytes what the engine holds from beginning to end: model states, what the optimizer remembers, flat buffers.
 *     Activations and gradients as the backward pass makes them come on top.
 * @param peakBytes the most that all tensors have taken at once, as the GPU's allocator says; 0 on the CPU, where nobody
 *     counts
 */
public record MemoryUse(long engineBytes, long peakBytes) {}
