package io.sparkmics;

import java.io.File;
import java.net.URI;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.TaskContext;

/** What a local disk is to a cluster: the same path is another folder for tasks than for the driver. */
public final class PerHostFileSystem extends RawLocalFileSystem {

    static final String SETTING = "fs.perhost.impl";

    @Override
    public URI getUri() {
        return URI.create("perhost:///");
    }

    @Override
    public String getScheme() {
        return "perhost";
    }

    @Override
    public File pathToFile(Path path) {
        String local = path.toUri().getPath();
        return new File(TaskContext.get() == null ? local : local.replace("/shared", "/executor"));
    }
}
