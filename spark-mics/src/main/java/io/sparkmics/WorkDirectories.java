package io.sparkmics;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trained weights that nobody saved do not outlive the application. */
final class WorkDirectories {

    private static final Logger LOG = LoggerFactory.getLogger(WorkDirectories.class);

    private WorkDirectories() {}

    /** Spark ends an application in its own shutdown hook too, so this also holds where nobody calls stop. */
    static void deleteWithApplication(SparkContext context, String directory) {
        Configuration configuration = context.hadoopConfiguration();
        context.addSparkListener(new SparkListener() {
            @Override
            public void onApplicationEnd(SparkListenerApplicationEnd end) {
                delete(new Path(directory), configuration);
            }
        });
    }

    private static void delete(Path directory, Configuration configuration) {
        try {
            directory.getFileSystem(configuration).delete(directory, true);
        } catch (IOException e) {
            LOG.warn("Cannot delete {}: {}. Delete it by hand.", directory, e.getMessage());
        }
    }
}
