package io.sparkmics;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.util.SerializableConfiguration;

/** Copies a folder in a task, so that weights never pass through the driver; gives the number of bytes. */
record FolderCopy(String from, String to, SerializableConfiguration configuration)
        implements MapPartitionsFunction<Long, Long> {

    @Override
    public Iterator<Long> call(Iterator<Long> unused) throws IOException {
        Configuration conf = configuration.value();
        FileSystem source = new Path(from).getFileSystem(conf);
        FileSystem target = new Path(to).getFileSystem(conf);
        target.mkdirs(new Path(to));
        long bytes = 0;
        for (FileStatus file : source.listStatus(new Path(from))) {
            Path copy = new Path(to, file.getPath().getName());
            FileUtil.copy(source, file, target, copy, false, true, conf);
            bytes += file.getLen();
        }
        return List.of(bytes).iterator();
    }
}
