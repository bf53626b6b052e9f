package io.sparkmics.params;

import io.sparkmics.job.settings.CollectiveSettings;
import io.sparkmics.job.settings.ComputeSettings;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * How the ranks work together and where they put their work.
 *
 * @param <T> the stage itself
 */
public interface ClusterParams<T> extends Params {
    default Param<String> gather() {
        return new Param<>(
                uid(),
                "gather",
                "auto: hierarchical where a partition group spans nodes; or flat or hierarchical",
                Allowed.oneOf("gather", CollectiveSettings.GATHERS),
                String.class);
    }

    default String getGather() {
        return getOrDefault(gather());
    }

    default T setGather(String value) {
        return Fluent.set(this, gather(), value);
    }

    default IntParam gathersAhead() {
        return new IntParam(
                uid(),
                "gathersAhead",
                "how many stages of the model ahead units are gathered: each more takes the memory of one more stage's units, and"
                        + " of those that are read again so soon spares a gather. The result is the same, to the bit",
                Allowed.atLeast("gathersAhead", 1));
    }

    default int getGathersAhead() {
        return (int) getOrDefault(gathersAhead());
    }

    default T setGathersAhead(int value) {
        return Fluent.set(this, gathersAhead(), value);
    }

    default Param<String> deviceType() {
        return new Param<>(
                uid(),
                "deviceType",
                "what ranks compute on: cpu, cuda (one GPU each), or auto: cuda where Spark gives GPUs to tasks and their hosts "
                        + "can run ranks on them, else cpu; one line says which and why",
                Allowed.oneOf("deviceType", ComputeSettings.DEVICE_TYPES),
                String.class);
    }

    default String getDeviceType() {
        return getOrDefault(deviceType());
    }

    default T setDeviceType(String value) {
        return Fluent.set(this, deviceType(), value);
    }

    default Param<String> precision() {
        return new Param<>(
                uid(),
                "precision",
                "float32, float64, or bfloat16: computed in bfloat16, kept and updated in float32; or auto: bfloat16 on GPUs, "
                        + "float32 on CPUs; one line says which",
                Allowed.oneOf("precision", ComputeSettings.PRECISIONS),
                String.class);
    }

    default String getPrecision() {
        return getOrDefault(precision());
    }

    default T setPrecision(String value) {
        return Fluent.set(this, precision(), value);
    }

    default Param<String> reductionPrecision() {
        return new Param<>(
                uid(),
                "reductionPrecision",
                "float32 or bfloat16: what gradients are summed in inside a partition group when precision is bfloat16",
                Allowed.oneOf("reductionPrecision", ComputeSettings.REDUCTION_PRECISIONS),
                String.class);
    }

    default String getReductionPrecision() {
        return getOrDefault(reductionPrecision());
    }

    default T setReductionPrecision(String value) {
        return Fluent.set(this, reductionPrecision(), value);
    }

    default Param<String> replicationPrecision() {
        return new Param<>(
                uid(),
                "replicationPrecision",
                "float32 or bfloat16: what gradients are summed in over a replication group, once a step. bfloat16 sends half"
                        + " the bytes, with any precision, and rounds each sum to 8 bits",
                Allowed.oneOf("replicationPrecision", ComputeSettings.REDUCTION_PRECISIONS),
                String.class);
    }

    default String getReplicationPrecision() {
        return getOrDefault(replicationPrecision());
    }

    default T setReplicationPrecision(String value) {
        return Fluent.set(this, replicationPrecision(), value);
    }

    default IntParam activationCheckpointing() {
        return new IntParam(
                uid(),
                "activationCheckpointing",
                "0: every stage of the model keeps what its backward pass needs; 1: stages keep their input only and run their"
                        + " forward pass again, which takes less memory and about a third more time; k: every k-th stage"
                        + " does. The result is the same, to the bit",
                Allowed.atLeast("activationCheckpointing", 0));
    }

    default int getActivationCheckpointing() {
        return (int) getOrDefault(activationCheckpointing());
    }

    default T setActivationCheckpointing(int value) {
        return Fluent.set(this, activationCheckpointing(), value);
    }

    default Param<String> workDirectory() {
        return new Param<>(
                uid(),
                "workDirectory",
                "where the trained weights wait to be saved, any Hadoop path; empty: a folder on the default file system",
                String.class);
    }

    default String getWorkDirectory() {
        return getOrDefault(workDirectory());
    }

    default T setWorkDirectory(String value) {
        return Fluent.set(this, workDirectory(), value);
    }

    default BooleanParam sharedWorkDirectory() {
        return new BooleanParam(
                uid(), "sharedWorkDirectory", "whether a file: path as workDirectory is the same place on every host");
    }

    default boolean getSharedWorkDirectory() {
        return (boolean) getOrDefault(sharedWorkDirectory());
    }

    default T setSharedWorkDirectory(boolean value) {
        return Fluent.set(this, sharedWorkDirectory(), value);
    }

    default Param<String> maxShardSize() {
        return new Param<>(
                uid(),
                "maxShardSize",
                "the largest file of a saved model's weights, as in 5GB, 500MB or 2GiB: a larger model has several files, and an"
                        + " index of them. A tensor that is larger has a file of its own",
                Allowed.size("maxShardSize"),
                String.class);
    }

    default String getMaxShardSize() {
        return getOrDefault(maxShardSize());
    }

    default T setMaxShardSize(String value) {
        return Fluent.set(this, maxShardSize(), value);
    }

    default IntParam slotTimeout() {
        return new IntParam(
                uid(),
                "slotTimeout",
                "seconds to wait until the cluster has numWorkers free slots",
                Allowed.atLeast("slotTimeout", 1));
    }

    default int getSlotTimeout() {
        return (int) getOrDefault(slotTimeout());
    }

    default T setSlotTimeout(int value) {
        return Fluent.set(this, slotTimeout(), value);
    }

    default IntParam collectiveTimeout() {
        return new IntParam(
                uid(),
                "collectiveTimeout",
                "seconds until a collective that a rank does not answer, or a rank that says nothing at all, fails the"
                        + " attempt",
                Allowed.atLeast("collectiveTimeout", 1));
    }

    default int getCollectiveTimeout() {
        return (int) getOrDefault(collectiveTimeout());
    }

    default T setCollectiveTimeout(int value) {
        return Fluent.set(this, collectiveTimeout(), value);
    }

    default BooleanParam acceptPlainTextCollectives() {
        return new BooleanParam(
                uid(),
                "acceptPlainTextCollectives",
                "train although Spark is told to encrypt and the collectives between ranks do not");
    }

    default boolean getAcceptPlainTextCollectives() {
        return (boolean) getOrDefault(acceptPlainTextCollectives());
    }

    default T setAcceptPlainTextCollectives(boolean value) {
        return Fluent.set(this, acceptPlainTextCollectives(), value);
    }

    default BooleanParam checkCollectives() {
        return new BooleanParam(
                uid(),
                "checkCollectives",
                "check across ranks that every collective agrees, not only those of the first step: slower");
    }

    default boolean getCheckCollectives() {
        return (boolean) getOrDefault(checkCollectives());
    }

    default T setCheckCollectives(boolean value) {
        return Fluent.set(this, checkCollectives(), value);
    }
}
