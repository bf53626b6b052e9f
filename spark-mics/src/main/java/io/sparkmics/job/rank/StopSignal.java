package io.sparkmics.job.rank;

import io.sparkmics.job.cluster.FileWatch;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** That the driver wants the run to end early and keep its result: a file in the run's folder, which rank 0 looks for. */
public final class StopSignal {

    private static final String FILE_NAME = "stop";

    private StopSignal() {}

    /**
     * Gives it, on the driver.
     *
     * @param runDirectory of the run that shall end
     */
    public static void give(String runDirectory, Configuration hadoop) throws IOException {
        Path file = file(runDirectory);
        file.getFileSystem(hadoop).create(file, true).close();
    }

    /** Looks for it until what is returned is closed. */
    static FileWatch watch(String runDirectory, Configuration hadoop) {
        return FileWatch.start(file(runDirectory), hadoop, () -> true);
    }

    private static Path file(String runDirectory) {
        return new Path(runDirectory, FILE_NAME);
    }
}
