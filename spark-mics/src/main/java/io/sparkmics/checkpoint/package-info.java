/**
 * What lies on storage: checkpoints of a run, and saved models in Hugging Face's layout, on any Hadoop file system.
 *
 * <h2>The format of a checkpoint, version 1</h2>
 *
 * <pre>
 * step-000000000010-0123456789ab-0/          steps done, run id, attempt of the run
 *   shard-00000-of-00002.safetensors         the shards of partition rank 0
 *   shard-00000-of-00002.json                their part: file, length, CRC-32C of each tensor
 *   shard-00001-of-00002.safetensors
 *   shard-00001-of-00002.json
 *   manifest.json                            the commit
 * </pre>
 *
 * <p>A shard file has one tensor for each state of each unit, {@code unit/parameters}, {@code unit/first_moments},
 * {@code unit/second_moments}: one-dimensional, F32 or F64, of ⌈n/p⌉ elements of the unit's n; what is behind the unit's end
 * is padding. The tensors of all shard files have the same names, sizes and order.
 *
 * <p>Each rank writes its shards and, once that file is closed, its part. When all parts are there, one process writes the
 * manifest, which must not exist. Nothing is renamed, and no file is written over. A folder without a manifest that fits the
 * files beside it is torn, and never loaded; a deletion begins with the manifest.
 *
 * <p>Manifest and parts are UTF-8, one JSON object of at most 16 MiB whose fields have a fixed order; the last is
 * {@code sha256} of all bytes before its comma. The manifest's fields are those of {@link
 * io.sparkmics.checkpoint.manifest.Manifest}, and repeat every part, so parts are not needed once it is there.
 *
 * <p>When a checkpoint is opened, the manifest is checked in itself, against the folder's name and against the lengths of the
 * shard files; when a shard file is opened, that it begins with the header that the manifest makes; when a tensor is read,
 * its CRC-32C, over the whole shard, however small the part that is wanted.
 *
 * <h2>Checksums of a saved model</h2>
 *
 * <p>Beside {@code model.safetensors} lies {@code checksums.json}, and beside {@code model-00001-of-00002.safetensors} lies
 * {@code model-00001-of-00002.checksums.json}, which have the form of a part. Weights of another program have none, and are
 * only held to be finite.
 */
package io.sparkmics.checkpoint;
