package io.sparkmics.scoring;

import io.sparkmics.model.WholeModel;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** The model that one task scores with: held on to from the first row that needs it until the task ends. */
final class TaskModel {

    private final ModelSource source;
    private ModelCache.Lease lease;

    TaskModel(ModelSource source) {
        this.source = source;
    }

    WholeModel get() {
        if (lease == null) {
            lease = ModelCache.OF_THIS_PROCESS.acquire(source);
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> lease.close());
        }
        return lease.model();
    }
}
